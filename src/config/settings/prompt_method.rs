//! The ways to ask for a code, by their names. Never decides which of them is used.

use crate::model::Malformed;

/// Declares the ways, a list of all of them, and the help text that names them.
macro_rules! prompt_methods {
    ($first:ident $first_name:literal $(, $method:ident $name:literal)+; $last:ident $last_name:literal) => {
        /// How to ask for a code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum PromptMethod {
            $first,
            $($method,)+
            $last,
        }

        impl PromptMethod {
            pub const ALL: [Self; [$first_name, $($name,)+ $last_name].len()] = [Self::$first, $(Self::$method,)+ Self::$last];

            /// The help of `--prompt`.
            pub const HELP: &'static str = concat!("How to ask for a code: ", $first_name $(, ", ", $name)+, " or ", $last_name);

            /// Its name in the settings and after `--prompt`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_name,
                    $(Self::$method => $name,)+
                    Self::$last => $last_name,
                }
            }
        }
    };
}

prompt_methods! {
    Terminal "terminal",
    Pinentry "pinentry",
    Zenity "zenity",
    Kdialog "kdialog",
    Osascript "osascript";
    Ykman "ykman"
}

impl PromptMethod {
    /// Reads the value of `--prompt`, in `AWS_VAULT_PROMPT` and in the settings.
    ///
    /// # Errors
    /// When the text names no prompt; the error lists them all.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::ALL.into_iter().find(|method| method.as_str() == text).ok_or_else(|| {
            let [others @ .., last] = Self::ALL.map(|method| format!("`{}`", method.as_str()));
            Malformed(format!("`{}` is not a way to ask: {} or {last}", text.escape_debug(), others.join(", ")))
        })
    }
}
