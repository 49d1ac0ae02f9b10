# Completes the word at the cursor.
_vault_complete() {
    local line=${COMP_LINE:0:COMP_POINT} words=() at=-1 i before word candidate dashes=-1 in_exec=
    COMPREPLY=()
    # bash splits words at `=` and `:` too. What was typed without a blank in between is one word again.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        if ((i < COMP_CWORD)); then
            word=${COMP_WORDS[i]}
            before=${line%%"$word"*}
        else
            before=${line%%[![:blank:]]*}
            word=${line:${#before}}
        fi
        line=${line:${#before}+${#word}}
        if ((i == 0)) || [[ -n $before ]]; then
            if [[ -n $in_exec && $dashes -lt 0 && ${words[at]} == -- ]]; then dashes=$i; fi
            if [[ $at -gt 0 && ${words[at]} == exec ]]; then in_exec=1; fi
            words[++at]=$word
        else
            words[at]+=$word
        fi
    done
    if ((dashes >= 0)); then
        _vault_command "$dashes" "$2"
        return
    fi
    local typed=${words[at]} previous=${words[at-1]}
    case "$previous $typed" in
        '--csv '*|*' --csv='*|'--dir '*|*' --dir='*|'--directory '*|*' --directory='*|'--report '*|*' --report='*)
            compopt -o default 2>/dev/null
            return
            ;;
    esac
    # Quotes are no part of the word. One that is still open decides how the rest is written.
    local open= plain=${typed//[\"\']/}
    for ((i = 0; i < ${#typed}; i++)); do
        case "$open${typed:i:1}" in
            \" | \') open=${typed:i:1} ;;
            \"\" | \'\') open= ;;
            \\ | \"\\) ((++i)) ;;
        esac
    done
    words[at]=$plain
    # What bash takes for another word stays as it is typed.
    local kept=${plain:0:${#plain}-${#2}}
    while IFS= read -r candidate; do
        if [[ -n $open ]]; then candidate=${candidate//\\/}; fi
        if [[ $open == \" ]]; then
            # Here a dollar sign and a backtick still start something, and no backslash takes the meaning of an exclamation mark.
            candidate=${candidate//'$'/'\$'}
            candidate=${candidate//'`'/'\`'}
            candidate=${candidate//'!'/'"\!"'}
        fi
        if [[ -n $candidate && $candidate == "$kept"* ]]; then COMPREPLY+=("${candidate#"$kept"}"); fi
    done < <(_CLAP_IFS=$'\n' _CLAP_COMPLETE_INDEX=$at AWS_VAULT_COMPLETE=bash vault -- "${words[@]}" 2>/dev/null && echo)
}

# Leaves the words from $1 on to the completion of the command that they are. $2 is what bash completes.
_vault_command() {
    local offset=$1 current=$2 i before word spec=() options=() function= helper= status
    for ((i = 0; i < offset; i++)); do
        word=${COMP_WORDS[i]}
        before=${COMP_LINE%%"$word"*}
        COMP_LINE=${COMP_LINE:${#before}+${#word}}
        ((COMP_POINT -= ${#before} + ${#word}))
    done
    before=${COMP_LINE%%[![:blank:]]*}
    COMP_LINE=${COMP_LINE:${#before}}
    ((COMP_POINT -= ${#before}))
    COMP_WORDS=("${COMP_WORDS[@]:offset}")
    ((COMP_CWORD -= offset))

    if ((COMP_CWORD == 0)); then
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -c -- "$current" | sort -u)
        return
    fi
    local command=${COMP_WORDS[0]} previous=${COMP_WORDS[COMP_CWORD-1]} attempt
    for attempt in 1 2; do
        eval "spec=($(complete -p -- "$command" 2>/dev/null || complete -p -- "${command##*/}" 2>/dev/null || complete -p -D 2>/dev/null))"
        function= helper= options=()
        for ((i = 1; i < ${#spec[@]}; i++)); do
            case "${spec[i]}" in
                -F) function=${spec[++i]} ;;
                -C) helper=${spec[++i]} ;;
                -o) options+=("${spec[++i]}") ;;
            esac
        done
        if [[ -n $function ]]; then
            "$function" "$command" "$current" "$previous"
            status=$?
            # It has loaded another one.
            if ((status == 124)); then continue; fi
        elif [[ -n $helper ]]; then
            while IFS= read -r word; do COMPREPLY+=("$word"); done < <(
                export COMP_LINE COMP_POINT COMP_KEY COMP_TYPE
                eval "$helper"' "$command" "$current" "$previous"' 2>/dev/null
            )
        elif ((${#spec[@]} > 0)); then
            spec[0]=compgen
            if [[ ${spec[*]: -1} != -D ]]; then unset 'spec[${#spec[@]}-1]'; fi
            while IFS= read -r word; do COMPREPLY+=("$word"); done < <("${spec[@]}" -- "$current" 2>/dev/null)
        else
            options=(bashdefault default)
        fi
        break
    done
    for word in "${options[@]}"; do compopt -o "$word" 2>/dev/null; done
}

if [[ ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 || ${BASH_VERSINFO[0]} -gt 4 ]]; then
    complete -o bashdefault -o nosort -F _vault_complete vault
else
    complete -o bashdefault -F _vault_complete vault
fi
