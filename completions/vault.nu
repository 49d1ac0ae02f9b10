module completions {

  def "nu-complete vault profiles" [] {
    ^vault list --names | lines
  }

  def "nu-complete vault color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Type one MFA code, and everything you run has the right AWS credentials
  export extern vault [
    --color: string@"nu-complete vault color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --version(-V)             # Print version
    --backend: string@"nu-complete vault backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault add color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault add backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault add prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Store a long-term access key
  export extern "vault add" [
    --color: string@"nu-complete vault add color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --env                     # Take the key from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    --stdin                   # Read the key from stdin: the id and the secret on two lines
    --no-verify               # Do not call AWS: neither check the key nor look for the MFA device
    --force(-f)               # Replace a different key of that name
    --region: string          # The region to write into a profile that has none
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault add backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault add prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    name: string@"nu-complete vault profiles"              # The profile that the key is for
  ]

  def "nu-complete vault audit color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault audit format" [] {
    [ "table" "json" "csv" "markdown" ]
  }

  def "nu-complete vault audit fail_on" [] {
    [ "critical" "high" "medium" "low" ]
  }

  def "nu-complete vault audit backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault audit prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Show who in an account has no MFA, and which keys and passwords are old or unused
  export extern "vault audit" [
    --color: string@"nu-complete vault audit color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --report: path            # A saved credential report, instead of asking AWS
    --max-key-age: string     # The age at which an access key is too old: 90d, 12w, 36h
    --max-unused: string      # For how long a key or a password may be unused
    --max-password-age: string # The age at which a console password is too old [default: not checked]
    --bots: string            # Users that are programs, as a pattern with `*` and `?`
    --format: string@"nu-complete vault audit format" # How to write the findings
    --json                    # Print JSON: short for --format json
    --fail-on: string@"nu-complete vault audit fail_on" # End with status 1 at a finding of this severity or worse
    --duration(-d): string    # Session duration: 2h, 90m, 1h30m, 7200s
    --region: string          # The region for vault's calls and for the command
    --mfa-token(-t): string   # The MFA code, instead of a prompt for it
    --no-session(-n)          # Skip `GetSessionToken`: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session and no role: hand over the long-term key itself, after you confirm on the terminal
    --fresh                   # Renew the session now, even if it is cached
    --min-ttl: string         # Renew first if less than this is left
    --no-wait                 # Fail instead of waiting for the device's next code or for another vault's prompt
    --read-only               # Limit the role to AWS's `ReadOnlyAccess` policy
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault audit backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault audit prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    ...profiles: string       # The profiles whose accounts are audited, with their credentials [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault clear color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault clear backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault clear prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Drop the cached sessions of one profile, or all of them
  export extern "vault clear" [
    --color: string@"nu-complete vault clear color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault clear backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault clear prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: every session of every profile]
  ]

  def "nu-complete vault completions color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  def "nu-complete vault completions backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault completions prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print the completion script for a shell
  export extern "vault completions" [
    --color: string@"nu-complete vault completions color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault completions backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault completions prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    shell: string@"nu-complete vault completions shell" # The shell
  ]

  def "nu-complete vault credential-process color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault credential-process backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault credential-process prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print a profile's credentials as a credential process
  export extern "vault credential-process" [
    --color: string@"nu-complete vault credential-process color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --duration(-d): string    # Session duration: 2h, 90m, 1h30m, 7200s
    --region: string          # The region for vault's calls and for the command
    --mfa-token(-t): string   # The MFA code, instead of a prompt for it
    --no-session(-n)          # Skip `GetSessionToken`: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session and no role: hand over the long-term key itself, after you confirm on the terminal
    --fresh                   # Renew the session now, even if it is cached
    --min-ttl: string         # Renew first if less than this is left
    --no-wait                 # Fail instead of waiting for the device's next code or for another vault's prompt
    --read-only               # Limit the role to AWS's `ReadOnlyAccess` policy
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault credential-process backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault credential-process prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile: string@"nu-complete vault profiles"           # The profile
  ]

  def "nu-complete vault doctor color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault doctor backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault doctor prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Find what is wrong with this machine and this config
  export extern "vault doctor" [
    --color: string@"nu-complete vault doctor color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --json                    # Print JSON
    --fix                     # Apply the fixes that lose nothing, and name each
    --offline                 # Make no request
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault doctor backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault doctor prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # A profile to look at more closely
  ]

  def "nu-complete vault exec color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault exec backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault exec prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Run a command with a profile's credentials
  export extern "vault exec" [
    --color: string@"nu-complete vault exec color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --duration(-d): string    # Session duration: 2h, 90m, 1h30m, 7200s
    --region: string          # The region for vault's calls and for the command
    --mfa-token(-t): string   # The MFA code, instead of a prompt for it
    --no-session(-n)          # Skip `GetSessionToken`: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session and no role: hand over the long-term key itself, after you confirm on the terminal
    --fresh                   # Renew the session now, even if it is cached
    --min-ttl: string         # Renew first if less than this is left
    --no-wait                 # Fail instead of waiting for the device's next code or for another vault's prompt
    --read-only               # Limit the role to AWS's `ReadOnlyAccess` policy
    --server                  # For long jobs: give the command an endpoint for credentials, which vault renews while the command runs
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault exec backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault exec prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault explain color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault explain backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault explain prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Show how a profile's credentials are made, and why
  export extern "vault explain" [
    --color: string@"nu-complete vault explain color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --json                    # Print JSON
    --duration(-d): string    # Session duration: 2h, 90m, 1h30m, 7200s
    --region: string          # The region for vault's calls and for the command
    --mfa-token(-t): string   # The MFA code, instead of a prompt for it
    --no-session(-n)          # Skip `GetSessionToken`: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session and no role: hand over the long-term key itself, after you confirm on the terminal
    --fresh                   # Renew the session now, even if it is cached
    --min-ttl: string         # Renew first if less than this is left
    --no-wait                 # Fail instead of waiting for the device's next code or for another vault's prompt
    --read-only               # Limit the role to AWS's `ReadOnlyAccess` policy
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault explain backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault explain prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault export color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault export format" [] {
    [ "env" "dotenv" "json" "ini" "fish" "powershell" "nushell" "cmd" ]
  }

  def "nu-complete vault export backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault export prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print a profile's credentials for a shell or a tool to read
  export extern "vault export" [
    --color: string@"nu-complete vault export color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --format: string@"nu-complete vault export format" # How to write them
    --duration(-d): string    # Session duration: 2h, 90m, 1h30m, 7200s
    --region: string          # The region for vault's calls and for the command
    --mfa-token(-t): string   # The MFA code, instead of a prompt for it
    --no-session(-n)          # Skip `GetSessionToken`: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session and no role: hand over the long-term key itself, after you confirm on the terminal
    --fresh                   # Renew the session now, even if it is cached
    --min-ttl: string         # Renew first if less than this is left
    --no-wait                 # Fail instead of waiting for the device's next code or for another vault's prompt
    --read-only               # Limit the role to AWS's `ReadOnlyAccess` policy
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault export backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault export prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault help color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault help page" [] {
    [ "planning" "prompts" "keystores" "server" "policies" "settings" "security" "clients" "troubleshooting" "beginning" "devices" "importing" "rotation" "console" "refusals" "checkup" "auditing" "findings" ]
  }

  def "nu-complete vault help backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault help prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print a page of the documentation, or the help of a command
  export extern "vault help" [
    --color: string@"nu-complete vault help color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault help backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault help prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    page: string@"nu-complete vault help page" # The page
  ]

  def "nu-complete vault import color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault import source" [] {
    [ "credentials" "csv" "aws-vault" ]
  }

  def "nu-complete vault import store" [] {
    [ "file" "pass" "secret-service" "keychain" "wincred" ]
  }

  def "nu-complete vault import backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault import prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Import keys from files and from other tools
  export extern "vault import" [
    --color: string@"nu-complete vault import color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --dry-run                 # Show what would be done, and do nothing
    --yes(-y)                 # Import without asking
    --no-verify               # Do not check the keys with AWS
    --as: string              # The name for the only key, or a new name for one of several
    --force(-f)               # Replace stored keys that have the same name and differ
    --scrub                   # Remove from plaintext files the keys that are imported and read back
    --json                    # Print JSON
    --store: string@"nu-complete vault import store" # The store of aws-vault [default: every one that is there]
    --dir: path               # The folder of its `file` store, or of its password-store
    --prefix: string          # The folder of its items in the password-store; `/` for its root
    --collection: string      # The collection of its items in the Secret Service [default: awsvault]
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault import backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault import prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    source?: string@"nu-complete vault import source" # Where the keys are [default: everywhere]
    file?: path               # The file; for `credentials`, the default is the one that AWS tools read
  ]

  def "nu-complete vault link color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault link backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault link prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Let every AWS tool use a profile, without `vault exec`
  export extern "vault link" [
    --color: string@"nu-complete vault link color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --as: string              # The profile to write the line into [default: PROFILE, or PROFILE-vault]
    --print                   # Print the section instead of writing it
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault link backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault link prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile: string@"nu-complete vault profiles"           # The profile
  ]

  def "nu-complete vault list color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault list backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault list prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # List profiles, stored keys and cached sessions
  export extern "vault list" [
    --color: string@"nu-complete vault list color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --json                    # Print JSON
    --names                   # Print only the names of the profiles, one per line
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault list backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault list prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault lock color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault lock backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault lock prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Lock the `file` keystore, and optionally drop every session
  export extern "vault lock" [
    --color: string@"nu-complete vault lock color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --sessions                # Also drop the cached sessions of every profile, and the key that opens them
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault lock backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault lock prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault login color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault login backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault login prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Open the AWS console, signed in as a profile
  export extern "vault login" [
    --color: string@"nu-complete vault login color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --duration(-d): string    # Session duration: 2h, 90m, 1h30m, 7200s
    --region: string          # The region for vault's calls and for the command
    --mfa-token(-t): string   # The MFA code, instead of a prompt for it
    --no-session(-n)          # Skip `GetSessionToken`: the code goes into `AssumeRole` itself
    --expose-long-term-key    # With --no-session and no role: hand over the long-term key itself, after you confirm on the terminal
    --fresh                   # Renew the session now, even if it is cached
    --min-ttl: string         # Renew first if less than this is left
    --no-wait                 # Fail instead of waiting for the device's next code or for another vault's prompt
    --read-only               # Limit the role to AWS's `ReadOnlyAccess` policy
    --stdout(-s)              # Print the URL and open nothing
    --service: string         # The console of this service, such as s3, ec2 or cloudformation
    --path: string            # A page of the console: the part of its address after the host
    --browser: string         # The command that opens the URL. `{url}` in it becomes the URL, `{encoded_url}` the percent-encoded URL; without either, the URL is the last argument
    --logout                  # Sign the browser out of AWS first
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault login backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault login prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault man color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault man backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault man prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print the manual page, or write one for each command
  export extern "vault man" [
    --color: string@"nu-complete vault man color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --directory: path         # Write the pages of all commands into this folder
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault man backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault man prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault mfa color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault mfa backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault mfa prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Your MFA devices: list, enroll, resync, remove
  export extern "vault mfa" [
    --color: string@"nu-complete vault mfa color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault mfa backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault mfa prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault mfa enroll color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault mfa enroll backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault mfa enroll prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Make a virtual device, scan it, and sign in with it
  export extern "vault mfa enroll" [
    --device: string          # The name of the device [default: your user's name, with a number if it is taken]
    --seed                    # Show the seed as text instead of a QR code
    --ykman: string           # Store the seed on a `YubiKey`, as this OATH account of `ykman`
    --mfa-token(-t): string   # A code of a device that you have already, instead of asking for it
    --color: string@"nu-complete vault mfa enroll color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault mfa enroll backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault mfa enroll prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault mfa list color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault mfa list backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault mfa list prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # List your devices, and which profiles name them
  export extern "vault mfa list" [
    --json                    # Print JSON
    --color: string@"nu-complete vault mfa list color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault mfa list backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault mfa list prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault mfa remove color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault mfa remove backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault mfa remove prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Remove a device from your user, and delete it
  export extern "vault mfa remove" [
    --device: string          # The device, by its name or ARN
    --force(-f)               # Do not ask, and remove the last device too
    --mfa-token(-t): string   # A code of your device, instead of asking for it
    --color: string@"nu-complete vault mfa remove color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault mfa remove backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault mfa remove prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault mfa resync color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault mfa resync backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault mfa resync prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Make AWS follow a device whose clock is off
  export extern "vault mfa resync" [
    --color: string@"nu-complete vault mfa resync color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault mfa resync backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault mfa resync prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_PROFILE`]
  ]

  def "nu-complete vault policy color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault policy backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault policy prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print and check the IAM policies that make MFA stick
  export extern "vault policy" [
    --color: string@"nu-complete vault policy color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault policy backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault policy prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault policy self-manage format" [] {
    [ "json" "cloudformation" "terraform" "cdk" ]
  }

  def "nu-complete vault policy self-manage color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault policy self-manage backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault policy self-manage prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print a policy that lets users manage their own credentials, and nobody else's
  export extern "vault policy self-manage" [
    --password                # Their own password
    --access-keys             # Their own access keys
    --ssh-keys                # Their own SSH keys
    --signing-certificates    # Their own X.509 signing certificates
    --service-credentials     # Their own credentials of single services, for Git and Keyspaces
    --mfa                     # Their own MFA devices
    --block-without-mfa       # Without MFA, deny everything except setting up MFA
    --group: string           # The name of the group
    --format: string@"nu-complete vault policy self-manage format" # How it is printed
    --partition: string       # The partition of the account, such as aws-cn, for JSON; aws unless given
    --color: string@"nu-complete vault policy self-manage color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault policy self-manage backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault policy self-manage prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault policy force-mfa format" [] {
    [ "json" "cloudformation" "terraform" "cdk" ]
  }

  def "nu-complete vault policy force-mfa color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault policy force-mfa backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault policy force-mfa prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print a policy that denies everything without MFA, except setting MFA up
  export extern "vault policy force-mfa" [
    --console-only            # Block only the console: long-term access keys keep every right
    --group: string           # The name of the group
    --format: string@"nu-complete vault policy force-mfa format" # How it is printed
    --partition: string       # The partition of the account, such as aws-cn, for JSON; aws unless given
    --color: string@"nu-complete vault policy force-mfa color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault policy force-mfa backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault policy force-mfa prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault policy sudo-role format" [] {
    [ "json" "cloudformation" "terraform" "cdk" ]
  }

  def "nu-complete vault policy sudo-role color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault policy sudo-role backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault policy sudo-role prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print a role that users of an account assume with MFA, and the group that may assume it
  export extern "vault policy sudo-role" [
    --account: string         # The account of the role and of its users
    --role: string            # The name of the role
    --max-mfa-age: string     # How old the last code may be, such as 1h; set `max_mfa_age` to the same for the role's profile, so that vault asks for a new code in time
    --group: string           # The name of the group
    --format: string@"nu-complete vault policy sudo-role format" # How it is printed
    --partition: string       # The partition of the account, such as aws-cn, for JSON; aws unless given
    --color: string@"nu-complete vault policy sudo-role color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault policy sudo-role backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault policy sudo-role prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault policy bastion format" [] {
    [ "json" "cloudformation" "terraform" "cdk" ]
  }

  def "nu-complete vault policy bastion color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault policy bastion backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault policy bastion prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print what lets users of one account assume roles in others, with MFA
  export extern "vault policy bastion" [
    --role: string            # The roles that may be assumed
    --account: string         # The account of the users
    --user: string            # Trust only users of this name
    --external-id: string     # The external id that users give, if no user is trusted by name
    --group: string           # The name of the group
    --format: string@"nu-complete vault policy bastion format" # How it is printed
    --partition: string       # The partition of the account, such as aws-cn, for JSON; aws unless given
    --color: string@"nu-complete vault policy bastion color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault policy bastion backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault policy bastion prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault policy service-account format" [] {
    [ "json" "cloudformation" "terraform" "cdk" ]
  }

  def "nu-complete vault policy service-account color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault policy service-account backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault policy service-account prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Print the rights of one program, which works only from known places
  export extern "vault policy service-account" [
    --action: string          # What the program may do: actions such as s3:GetObject
    --resource: string        # What it may do this on: ARNs, or *
    --source-ip: string       # Public addresses that it calls from
    --vpc-endpoint: string    # VPC endpoints that it calls through
    --group: string           # The name of the group
    --format: string@"nu-complete vault policy service-account format" # How it is printed
    --partition: string       # The partition of the account, such as aws-cn, for JSON; aws unless given
    --color: string@"nu-complete vault policy service-account color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault policy service-account backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault policy service-account prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
  ]

  def "nu-complete vault policy check kind" [] {
    [ "identity" "trust" ]
  }

  def "nu-complete vault policy check format" [] {
    [ "text" "json" "sarif" ]
  }

  def "nu-complete vault policy check color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault policy check backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault policy check prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Find what is wrong with policies, and show what that allows
  export extern "vault policy check" [
    --as: string@"nu-complete vault policy check kind" # What the policies are, if `Principal` does not tell
    --partition: string       # The partition of the account, such as aws-cn
    --account: string         # The account that the policies are for
    --strict                  # Fail at warnings too
    --allow: string           # Leave out findings of this id
    --prove                   # Print the truth table of each flagged statement
    --json                    # Print JSON
    --format: string@"nu-complete vault policy check format" # How findings are printed
    --color: string@"nu-complete vault policy check color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault policy check backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault policy check prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    ...files: path            # Files to check; `-` is stdin
  ]

  def "nu-complete vault remove color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault remove backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault remove prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Remove a stored key
  export extern "vault remove" [
    --color: string@"nu-complete vault remove color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --force(-f)               # Remove without asking
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault remove backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault remove prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    name: string@"nu-complete vault profiles"              # The profile whose key to remove
  ]

  def "nu-complete vault rotate color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault rotate backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault rotate prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Replace a stored access key
  export extern "vault rotate" [
    --color: string@"nu-complete vault rotate color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --grace: string           # How long the old key is kept, inactive: 24h, 7d, 0s [default: 24h]
    --finish                  # Finish the rotation and delete the old key now, even within the grace period
    --undo                    # Make the old key the current one again, and delete the new one
    --status                  # Show the stage of the rotation, and change nothing
    --json                    # Print JSON
    --all                     # Every stored key, one after the other
    --mfa-token(-t): string   # The code of the MFA device, instead of asking for it
    --no-wait                 # Fail instead of waiting for the device's next code or for another vault's prompt
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault rotate backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault rotate prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    name?: string             # The profile whose key is replaced
  ]

  def "nu-complete vault setup color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault setup backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault setup prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Set up a new user: key, MFA device, first session, roles
  export extern "vault setup" [
    --color: string@"nu-complete vault setup color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --env                     # Take the key from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    --stdin                   # Read the key from stdin: the id and the secret on two lines
    --csv: path               # Read the key from a CSV file downloaded from the AWS console
    --region: string          # The region to write into a profile that has none
    --role: string            # A role to write a profile for; can be repeated
    --keep-key                # Keep the key that you were given: do not replace it
    --mfa-token(-t): string   # The code of a device that you have already, instead of asking for it
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault setup backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault setup prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    name: string@"nu-complete vault profiles"              # The profile that is set up
  ]

  def "nu-complete vault status color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault status backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault status prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Show how long a profile's sessions last
  export extern "vault status" [
    --color: string@"nu-complete vault status color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --json                    # Print JSON
    --short                   # Print a line for a prompt, such as `opssudo 7h43m`: under `vault exec`, the time left of its credentials; elsewhere, the time until the profile's next code, if there is one
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault status backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault status prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile [default: `$AWS_VAULT`, else `$AWS_PROFILE`, else all]
  ]

  def "nu-complete vault unlink color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault unlink backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault unlink prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Remove what `vault link` wrote
  export extern "vault unlink" [
    --color: string@"nu-complete vault unlink color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault unlink backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault unlink prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile: string@"nu-complete vault profiles"           # The profile
  ]

  def "nu-complete vault why color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete vault why backend" [] {
    [ "auto" "keychain" "file" "pass" ]
  }

  def "nu-complete vault why prompt" [] {
    [ "terminal" "pinentry" "zenity" "kdialog" "osascript" "ykman" ]
  }

  # Explain why AWS refused a request
  export extern "vault why" [
    --color: string@"nu-complete vault why color" # When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    --debug                   # Print each decision and call to stderr, but never a secret
    --json                    # Print JSON: an array, whose first finding is the verdict
    --offline                 # Make no calls to AWS
    --help(-h)                # Print help (see more with '--help')
    --backend: string@"nu-complete vault why backend" # Where long-term keys are kept: keychain, file, pass or auto
    --prompt: string@"nu-complete vault why prompt" # How to ask for a code: terminal, pinentry, zenity, kdialog, osascript or ykman
    profile?: string@"nu-complete vault profiles"          # The profile that was refused. A word that is not a profile is part of the text
    ...text: string           # The text of the error [default: from stdin]
  ]

}

export use completions *
