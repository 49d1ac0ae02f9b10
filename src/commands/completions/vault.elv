set edit:completion:arg-completer[PROGRAM] = {|@words|
    var last = (- (count $words) 1)
    var in-exec = $false
    var dashes = -1
    for i [(range 1 $last)] {
        if (and $in-exec (== $dashes -1) (eq $words[$i] --)) {
            set dashes = $i
        } elif (eq $words[$i] exec) {
            set in-exec = $true
        }
    }
    if (>= $dashes 0) {
        # What is behind the dashes of `exec` has a completion that is not ours.
        edit:complete-sudo PROGRAM (all $words[(+ $dashes 1)..])
    } else {
        env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $last) VARIABLE=elvish PROGRAM -- $@words 2>/dev/null | from-lines
    }
}
