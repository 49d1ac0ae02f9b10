//! Which page of the console is opened. Never knows who is signed in.

use crate::app::Failure;
use crate::model::{ConsoleHosts, Region, console_path, console_services};

/// The console's own start page.
const HOME: &str = "/console/home";

/// A page of the console, without its host.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Destination(String);

impl Destination {
    pub(super) fn of(service: Option<&str>, path: Option<&str>) -> Result<Self, Failure> {
        if let Some(path) = path {
            return Self::at(path);
        }
        let Some(service) = service else { return Ok(Self(HOME.to_owned())) };
        console_path(service).map(|path| Self(path.to_owned())).ok_or_else(|| unknown(service))
    }

    fn at(path: &str) -> Result<Self, Failure> {
        // Security: the host is the console's own. A path that is a whole URL, or begins with another host, would lead a signed-in browser
        // elsewhere.
        if path.contains("://") || path.starts_with("//") || path.contains(['\\', '\n', '\r', '\t', ' ']) {
            return Err(Failure::usage(format!("`--path` takes a page of the console, not `{}`", path.escape_debug()))
                .hint("give what follows the host in the console's address, as in `--path /s3/buckets`"));
        }
        Ok(Self(path.to_owned()))
    }

    pub(super) fn url(&self, hosts: ConsoleHosts, region: &Region) -> String {
        hosts.page(region, &self.0)
    }
}

fn unknown(service: &str) -> Failure {
    let nearest = console_services().max_by(|a, b| strsim::jaro_winkler(service, a).total_cmp(&strsim::jaro_winkler(service, b)));
    let failure = Failure::usage(format!("the console of `{}` is not known here", service.escape_debug()));
    let failure = match nearest.filter(|nearest| strsim::jaro_winkler(service, nearest) > 0.7) {
        Some(nearest) => failure.hint(format!("did you mean `--service {nearest}`?")),
        None => failure,
    };
    failure.hint("give its page yourself, as in `--path /s3/home`; completion shows the services that are known")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_to_another_host() {
        for good in ["/s3/home", "s3/home", "/ec2/home#Instances:", "/x?a=b"] {
            assert!(Destination::of(None, Some(good)).is_ok(), "{good}");
        }
        for bad in ["https://evil.example/", "//evil.example/", "/x\ny", "\\\\evil", "/a b"] {
            assert_eq!(Destination::of(None, Some(bad)).unwrap_err().status, Failure::USAGE, "{bad}");
        }
    }
}
