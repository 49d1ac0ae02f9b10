//! The policies that a team needs, as values: five kinds, each proved before it is handed on. Never writes one as text: `formats` does.

mod bastion;
mod bundle;
mod force_mfa;
pub mod formats;
mod proof;
mod self_manage;
mod service_account;
mod sudo_role;
mod switch;

pub use bastion::{Bastion, Target, Users};
pub use bundle::{Bundle, Line, Named, PARTITION, Role, To, with_partition};
pub use force_mfa::ForceMfa;
pub use proof::{Mismatch, Proof};
pub use self_manage::SelfManage;
pub use service_account::{From, ServiceAccount};
pub use sudo_role::SudoRole;
pub use switch::Switch;

/// What can be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    SelfManage(SelfManage),
    ForceMfa(ForceMfa),
    SudoRole(SudoRole),
    Bastion(Bastion),
    ServiceAccount(ServiceAccount),
}

/// The policies of a kind, proved.
///
/// # Errors
/// When a policy does not do what its kind is for: a fault of this program.
pub fn generate(wanted: &Wanted, partition: &str) -> Result<(Bundle, Proof), Mismatch> {
    let bundle = match wanted {
        Wanted::SelfManage(wanted) => wanted.bundle(),
        Wanted::ForceMfa(wanted) => wanted.bundle(),
        Wanted::SudoRole(wanted) => wanted.bundle(),
        Wanted::Bastion(wanted) => wanted.bundle(),
        Wanted::ServiceAccount(wanted) => wanted.bundle(),
    };
    let proof = proof::prove(wanted, &bundle, partition)?;
    Ok((bundle, proof))
}
