//! Decides which AWS partition an ARN or a region belongs to, and what differs between partitions. Never makes up an endpoint.

use std::fmt;

use super::{Malformed, Region};

/// An AWS partition: a separate AWS with its own accounts, endpoints and console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Partition {
    #[default]
    Aws,
    China,
    UsGov,
    Eusc,
    Iso,
    IsoB,
    IsoE,
    IsoF,
}

impl Partition {
    const ALL: [Self; 8] = [Self::Aws, Self::China, Self::UsGov, Self::Eusc, Self::Iso, Self::IsoB, Self::IsoE, Self::IsoF];

    /// # Errors
    /// When the text is not a partition's identifier as in an ARN.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::ALL
            .into_iter()
            .find(|p| p.as_str() == text)
            .ok_or_else(|| Malformed::because(format!("`{}` is not an AWS partition", text.escape_debug())))
    }

    /// The identifier that is second in every ARN.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::UsGov => "aws-us-gov",
            Self::Eusc => "aws-eusc",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
        }
    }

    /// The partition whose region names start like this one; the commercial one if none matches.
    #[must_use]
    pub fn of_region(region: &Region) -> Self {
        Self::ALL.into_iter().find(|p| p.region_prefixes().iter().any(|prefix| region.as_str().starts_with(prefix))).unwrap_or_default()
    }

    fn region_prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &[],
            Self::China => &["cn-"],
            Self::UsGov => &["us-gov-"],
            Self::Eusc => &["eusc-"],
            Self::Iso => &["us-iso-"],
            Self::IsoB => &["us-isob-"],
            Self::IsoE => &["eu-isoe-"],
            Self::IsoF => &["us-isof-"],
        }
    }

    /// This region if it is one of the partition's, else the default one.
    #[must_use]
    pub fn region_or_default(self, region: Region) -> Region {
        if Self::of_region(&region) == self { region } else { self.default_region() }
    }

    /// The region whose STS endpoint is used for a profile without a region.
    #[must_use]
    pub fn default_region(self) -> Region {
        Region::known(match self {
            Self::Aws => "us-east-1",
            Self::China => "cn-north-1",
            Self::UsGov => "us-gov-west-1",
            Self::Eusc => "eusc-de-east-1",
            Self::Iso => "us-iso-east-1",
            Self::IsoB => "us-isob-east-1",
            Self::IsoE => "eu-isoe-west-1",
            Self::IsoF => "us-isof-south-1",
        })
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
