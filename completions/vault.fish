# What is typed behind the `--` of `exec`, if the cursor is there.
function __vault_command
    set -l line (commandline --current-process --cut-at-cursor | string collect)
    string match --quiet --regex '(?s)^.*?\sexec\s(?:.*?\s)??--\s' -- "$line"
    and string replace --regex '(?s)^.*?\sexec\s(?:.*?\s)??--\s+' '' -- "$line"
end

function __vault_ask
    AWS_VAULT_COMPLETE=fish vault -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token) 2>/dev/null
end

# What fits there by the command's own completion. Quoted, it is one argument, also where nothing is typed yet.
function __vault_below
    set -l command (__vault_command | string collect)
    complete --do-complete "$command"
end

complete --keep-order --exclusive --command vault --condition 'not __vault_command >/dev/null' --arguments '(__vault_ask)'
complete --exclusive --command vault --condition '__vault_command >/dev/null' --arguments '(__vault_below)'
complete --command vault --condition 'not __vault_command >/dev/null' --long-option csv --require-parameter --force-files
complete --command vault --condition 'not __vault_command >/dev/null' --long-option dir --require-parameter --force-files
complete --command vault --condition 'not __vault_command >/dev/null' --long-option directory --require-parameter --force-files
complete --command vault --condition 'not __vault_command >/dev/null' --long-option report --require-parameter --force-files
