complete --keep-order --exclusive --command vault --arguments "(AWS_VAULT_COMPLETE=fish vault -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
