module completions {

  def "nu-complete vault profiles" [] {
    ^vault list --names | lines
  }

  # One MFA code, then everything you run has the right AWS credentials
  export extern vault [
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    --version(-V)             # Print version
  ]

  # Store a long-term access key
  export extern "vault add" [
    --env                     # Take the key from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    --stdin                   # Take the key from stdin: the id and the secret on two lines
    --no-verify               # Make no call: neither check the key nor look for the MFA device
    --force(-f)               # Replace a different key of that name
    --region: string          # The region to write into a profile that has none
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    name: string@"nu-complete vault profiles"              # The profile that the key is for
  ]

  # Drop cached sessions: of one profile, or all
  export extern "vault clear" [
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    profile?: string@"nu-complete vault profiles"          # The profile; left out: every session of every profile
  ]

  def "nu-complete vault completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  # Print the completion script of a shell
  export extern "vault completions" [
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help
    shell: string@"nu-complete vault completions shell" # The shell
  ]

  # Print a profile's credentials as a credential process
  export extern "vault credential-process" [
    --duration(-d): string    # How long the session shall last: 2h, 90m, 1h30m, 7200s
    --region: string          # The region, for the call and for the command
    --mfa-token(-t): string   # The code of the MFA device, instead of asking for it
    --no-session(-n)          # Make no `GetSessionToken` call: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session on a profile without a role: hand over the stored key itself, once you confirm it on the terminal
    --fresh                   # Renew the session now, whatever is cached
    --min-ttl: string         # What the session must have left, or it is renewed first
    --no-wait                 # Fail rather than wait for the next code of the device, or for another vault that asks for one
    --read-only               # Narrow the role to what AWS's `ReadOnlyAccess` policy allows
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    profile: string@"nu-complete vault profiles"           # The profile
  ]

  # Run a command with a profile's credentials
  export extern "vault exec" [
    --duration(-d): string    # How long the session shall last: 2h, 90m, 1h30m, 7200s
    --region: string          # The region, for the call and for the command
    --mfa-token(-t): string   # The code of the MFA device, instead of asking for it
    --no-session(-n)          # Make no `GetSessionToken` call: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session on a profile without a role: hand over the stored key itself, once you confirm it on the terminal
    --fresh                   # Renew the session now, whatever is cached
    --min-ttl: string         # What the session must have left, or it is renewed first
    --no-wait                 # Fail rather than wait for the next code of the device, or for another vault that asks for one
    --read-only               # Narrow the role to what AWS's `ReadOnlyAccess` policy allows
    --server                  # For long jobs: give the command an endpoint that hands out credentials, renewed as long as it runs; vault stays beside it
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    profile?: string@"nu-complete vault profiles"          # The profile; left out: `$AWS_PROFILE`
  ]

  # Show how a profile's credentials would be made, and why
  export extern "vault explain" [
    --json                    # For programs
    --duration(-d): string    # How long the session shall last: 2h, 90m, 1h30m, 7200s
    --region: string          # The region, for the call and for the command
    --mfa-token(-t): string   # The code of the MFA device, instead of asking for it
    --no-session(-n)          # Make no `GetSessionToken` call: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session on a profile without a role: hand over the stored key itself, once you confirm it on the terminal
    --fresh                   # Renew the session now, whatever is cached
    --min-ttl: string         # What the session must have left, or it is renewed first
    --no-wait                 # Fail rather than wait for the next code of the device, or for another vault that asks for one
    --read-only               # Narrow the role to what AWS's `ReadOnlyAccess` policy allows
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    profile?: string@"nu-complete vault profiles"          # The profile; left out: `$AWS_PROFILE`
  ]

  def "nu-complete vault export format" [] {
    [ "env" "dotenv" "json" "ini" "fish" "powershell" "nushell" "cmd" ]
  }

  # Print a profile's credentials for a shell or a tool to read
  export extern "vault export" [
    --format: string@"nu-complete vault export format" # How to write them
    --duration(-d): string    # How long the session shall last: 2h, 90m, 1h30m, 7200s
    --region: string          # The region, for the call and for the command
    --mfa-token(-t): string   # The code of the MFA device, instead of asking for it
    --no-session(-n)          # Make no `GetSessionToken` call: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session on a profile without a role: hand over the stored key itself, once you confirm it on the terminal
    --fresh                   # Renew the session now, whatever is cached
    --min-ttl: string         # What the session must have left, or it is renewed first
    --no-wait                 # Fail rather than wait for the next code of the device, or for another vault that asks for one
    --read-only               # Narrow the role to what AWS's `ReadOnlyAccess` policy allows
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    profile?: string@"nu-complete vault profiles"          # The profile; left out: `$AWS_PROFILE`
  ]

  # Let every AWS tool use a profile, without vault exec
  export extern "vault link" [
    --as: string              # The profile to write it into [default: PROFILE, or PROFILE-vault]
    --print                   # Print the section instead of writing it
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    profile: string@"nu-complete vault profiles"           # The profile
  ]

  # List profiles, stored keys and cached sessions
  export extern "vault list" [
    --json                    # For programs
    --names                   # Only the names of the profiles, one a line
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
  ]

  # Forget the passphrase that was given, and the sessions too if asked to
  export extern "vault lock" [
    --sessions                # Drop the cached sessions of every profile too, and the key that opens them
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
  ]

  # Print the manual page, or write all of them to a folder
  export extern "vault man" [
    --directory: path         # Write the page of every command into this folder
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help
  ]

  # Remove a stored key
  export extern "vault remove" [
    --force(-f)               # Do not ask
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    name: string@"nu-complete vault profiles"              # The profile whose key is removed
  ]

  # Show how long the sessions of a profile will last
  export extern "vault status" [
    --json                    # For programs
    --short                   # The profile and the time left, such as `opssudo 43m`; nothing if none is
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    profile?: string@"nu-complete vault profiles"          # The profile; left out: `$AWS_VAULT`, `$AWS_PROFILE`, or all
  ]

  # Take out what vault link wrote
  export extern "vault unlink" [
    --backend: string         # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string          # How a code is asked for: terminal, pinentry, zenity, kdialog, osascript or ykman
    --debug                   # Say on stderr what is decided and which calls are made; never a secret
    --help(-h)                # Print help (see more with '--help')
    profile: string@"nu-complete vault profiles"           # The profile
  ]

}

export use completions *
