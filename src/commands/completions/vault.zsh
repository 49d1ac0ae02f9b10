#compdef PROGRAM
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
function _FUNCTION_complete() {
    # What is behind the dashes of `exec` has a completion that is not ours.
    local -i dashes=${words[(ie)--]} command=${words[(ie)exec]}
    if (( command < dashes && dashes < CURRENT )); then
        shift $dashes words
        (( CURRENT -= dashes ))
        _normal -p FUNCTION
        return
    fi
    case "$words[CURRENT-1] $PREFIX" in
        PATH_OPTIONS)
            compset -P '--*='
            _files
            return
            ;;
    esac

    local -a typed=("${(@)words[1,CURRENT-1]}" "${(Q)PREFIX}")
    local -a candidates=("${(@f)$( \
        _CLAP_IFS=$'\n' \
        _CLAP_COMPLETE_INDEX=$(( CURRENT - 1 )) \
        VARIABLE=zsh \
        PROGRAM -- "${typed[@]}" 2>/dev/null \
    )}")
    [[ -n $candidates ]] && _describe -V 'values' candidates
}

# The file itself is the function where zsh finds it in a folder.
if [[ $funcstack[1] == _FUNCTION ]]; then
    _FUNCTION_complete "$@"
else
    compdef _FUNCTION_complete PROGRAM
fi
