# What is typed behind the `--` of `exec`, if the cursor is there.
function __FUNCTION_command
    set -l line (commandline --current-process --cut-at-cursor | string collect)
    string match --quiet --regex '(?s)^.*?\sexec\s(?:.*?\s)??--\s' -- "$line"
    and string replace --regex '(?s)^.*?\sexec\s(?:.*?\s)??--\s+' '' -- "$line"
end

function __FUNCTION_ask
    VARIABLE=fish PROGRAM -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token) 2>/dev/null
end

# What fits there by the command's own completion. Quoted, it is one argument, also where nothing is typed yet.
function __FUNCTION_below
    set -l command (__FUNCTION_command | string collect)
    complete --do-complete "$command"
end

complete --keep-order --exclusive --command PROGRAM --condition 'not __FUNCTION_command >/dev/null' --arguments '(__FUNCTION_ask)'
complete --exclusive --command PROGRAM --condition '__FUNCTION_command >/dev/null' --arguments '(__FUNCTION_below)'
