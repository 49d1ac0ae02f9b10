//! The IAM user whose stored key a profile starts from, and IAM as that user. Never changes a device.

use crate::app::mfa_session::stored_name;
use crate::app::prepare::prepare;
use crate::app::request::{self, SessionOptions};
use crate::app::target_profile::TargetProfile;
use crate::app::{Context, Failure};
use crate::aws::IamClient;
use crate::keystore::Keystores;
use crate::model::{Arn, Credentials, LongTermCredentials, MfaSerial, Partition, ProfileName, Region};
use crate::ports::{AwsFault, KeyStore as _, Sts as _};

/// An IAM user, known by a key that is stored.
pub struct KeyUser<'a> {
    pub context: &'a Context,
    pub keystores: &'a Keystores<'a>,
    /// The name of the stored key, which is that of the profile whose device is the user's.
    pub profile: ProfileName,
    pub arn: Arn,
    /// As IAM knows it.
    pub name: String,
    key: LongTermCredentials,
    target: TargetProfile,
    region: Region,
}

impl<'a> KeyUser<'a> {
    /// Asks STS whose key it is.
    ///
    /// # Errors
    /// When the profile starts from no stored key, or from one of no IAM user.
    pub fn of(context: &'a Context, keystores: &'a Keystores<'a>, named: Option<&ProfileName>, command: &str) -> Result<Self, Failure> {
        let asked = request::profile(&context.env, named, command)?;
        let plan = prepare(context, keystores, asked, &SessionOptions::default())?.plan;
        let profile = stored_name(&plan, "it has no MFA devices that vault could manage")?.clone();
        let key = keystores.long_term_credentials(&profile)?;
        let target = TargetProfile::read(context, &profile)?;
        let region = target.region(context, None)?;
        let signer = Credentials::LongTerm(key.clone());
        let identity = context.clients().caller_identity(&signer, &target.route(&region, target.sts_endpoint.as_ref()));
        let identity = identity.map_err(|fault| Failure::of_fault(&fault, Some(Partition::of_region(&region)), Some(&profile)))?;
        let Some(name) = identity.user_name().map(str::to_owned) else {
            return Err(Failure::new(format!("the key of profile `{profile}` belongs to {}, not to an IAM user", identity.arn))
                .hint("have an administrator create an IAM user for you, and store its key with `vault add`"));
        };
        // IAM has one endpoint for each partition, and the key's own is known by now.
        let region = identity.arn.partition().region_or_default(region);
        Ok(Self { context, keystores, profile, arn: identity.arn, name, key, target, region })
    }

    /// The device that the profile names.
    pub fn named(&self) -> Option<&MfaSerial> {
        self.target.serial()
    }

    /// IAM as the key alone: what a block-unless-MFA policy leaves open.
    pub fn iam(&self) -> IamClient<'_> {
        self.signed_by(Credentials::LongTerm(self.key.clone()))
    }

    /// IAM as these credentials of the user.
    pub fn signed_by(&self, signer: Credentials) -> IamClient<'_> {
        IamClient::new(self.context.clients(), signer, self.target.route(&self.region, self.target.iam_endpoint.as_ref()))
    }

    /// What AWS refused, as cause and cure.
    pub fn refused(&self, fault: &AwsFault) -> Failure {
        Failure::of_fault(fault, Some(Partition::of_region(&self.region)), Some(&self.profile))
    }
}
