//! Where the AWS console is: its hosts by partition and region, and the paths of its services. Never makes up a host of a partition whose
//! console is not public.

use super::{AccountId, Malformed, Partition, Region, in_percent};

/// One service for each line: its name, its other names, its path.
const SERVICES: &str = include_str!("console_services.tsv");

/// The hosts of a partition's console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsoleHosts {
    signin: &'static str,
    console: &'static str,
    /// The region that has no name in the host.
    nameless: Option<&'static str>,
}

impl ConsoleHosts {
    /// # Errors
    /// For the isolated partitions.
    pub fn of(partition: Partition) -> Result<Self, Malformed> {
        let (signin, console, nameless) = match partition {
            Partition::Aws => ("signin.aws.amazon.com", "console.aws.amazon.com", Some("us-east-1")),
            Partition::China => ("signin.amazonaws.cn", "console.amazonaws.cn", Some("cn-north-1")),
            Partition::UsGov => ("signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com", Some("us-gov-west-1")),
            Partition::Eusc => ("signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu", None),
            Partition::Iso | Partition::IsoB | Partition::IsoE | Partition::IsoF => {
                return Err(Malformed::because(format!("the console of partition `{partition}` is not known here")));
            }
        };
        Ok(Self { signin, console, nameless })
    }

    /// Where federated sign-ins go.
    #[must_use]
    pub fn signin(self) -> String {
        format!("https://{}", self.signin)
    }

    /// The ordinary sign-in page of an account.
    #[must_use]
    pub fn of_account(self, account: &AccountId) -> String {
        format!("https://{account}.{}/console/", self.signin)
    }

    /// The ordinary sign-in page, where the account is not known.
    #[must_use]
    pub fn of_any_account(self) -> String {
        format!("https://{}/console", self.signin)
    }

    /// A page of the console in a region.
    #[must_use]
    pub fn page(self, region: &Region, path: &str) -> String {
        let path = path.trim_start_matches('/');
        let host = match self.nameless {
            Some(nameless) if nameless == region.as_str() => self.console.to_owned(),
            _ => format!("{region}.{}", self.console),
        };
        let (path, fragment) = path.split_once('#').map_or((path, None), |(path, fragment)| (path, Some(fragment)));
        let says_region = path.split_once('?').is_some_and(|(_, query)| query.split('&').any(|pair| pair.starts_with("region=")));
        let mut url = format!("https://{host}/{path}");
        if !says_region {
            url.push(if path.contains('?') { '&' } else { '?' });
            url += "region=";
            url += &in_percent(region.as_str());
        }
        if let Some(fragment) = fragment {
            url.push('#');
            url += fragment;
        }
        url
    }
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    SERVICES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?, cells.next()?, cells.next()?))
    })
}

/// The names of the services whose place in the console is known.
pub fn console_services() -> impl Iterator<Item = &'static str> {
    rows().map(|(name, _, _)| name)
}

/// The path of a service, by any of its names.
#[must_use]
pub fn console_path(service: &str) -> Option<&'static str> {
    let service = service.to_ascii_lowercase();
    let is_meant = |name: &str, others: &str| name == service || others.split(',').any(|other| other == service);
    rows().find(|(name, others, _)| is_meant(name, others)).map(|(_, _, path)| path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_has_sixty_services_and_no_name_twice() {
        assert!(console_services().count() >= 60, "{}", console_services().count());
        let mut seen = BTreeSet::new();
        for (name, others, path) in rows() {
            for name in std::iter::once(name).chain(others.split(',')).filter(|name| !name.is_empty()) {
                assert!(seen.insert(name), "{name}");
                assert_eq!(console_path(name), Some(path));
            }
            assert!(path.starts_with('/') && !path.contains("amazonaws"), "{path}");
        }
        assert_eq!(rows().count(), SERVICES.lines().filter(|line| !line.starts_with('#')).count(), "each line has three cells");
        assert_eq!(console_path("EC2"), console_path("ec2"));
        assert_eq!(console_path("x"), None);
    }

    #[test]
    fn a_page_is_in_its_partition_and_region() {
        for (partition, region, path, expected) in [
            (Partition::Aws, "us-east-1", "/s3/home", "https://console.aws.amazon.com/s3/home?region=us-east-1"),
            (Partition::Aws, "eu-west-1", "s3/home?x=1#y", "https://eu-west-1.console.aws.amazon.com/s3/home?x=1&region=eu-west-1#y"),
            (Partition::Aws, "eu-west-1", "/x?region=us-east-2", "https://eu-west-1.console.aws.amazon.com/x?region=us-east-2"),
            (Partition::China, "cn-north-1", "/", "https://console.amazonaws.cn/?region=cn-north-1"),
            (Partition::China, "cn-northwest-1", "/", "https://cn-northwest-1.console.amazonaws.cn/?region=cn-northwest-1"),
            (Partition::UsGov, "us-gov-west-1", "/", "https://console.amazonaws-us-gov.com/?region=us-gov-west-1"),
            (Partition::UsGov, "us-gov-east-1", "/", "https://us-gov-east-1.console.amazonaws-us-gov.com/?region=us-gov-east-1"),
            (Partition::Eusc, "eusc-de-east-1", "/", "https://eusc-de-east-1.console.amazonaws-eusc.eu/?region=eusc-de-east-1"),
        ] {
            let region = Region::parse(region).unwrap();
            assert_eq!(ConsoleHosts::of(partition).unwrap().page(&region, path), expected);
        }
        assert!(ConsoleHosts::of(Partition::Iso).is_err());
    }
}
