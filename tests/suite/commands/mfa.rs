//! `vault mfa`: the devices of the user whose key a profile starts from.

mod list;
