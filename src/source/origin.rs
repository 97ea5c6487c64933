//! What a file's path tells about the log group and stream it was exported from.
//!
//! Hints only: they hold where the content tells nothing. Nothing is guessed from a name that does
//! not have a form AWS gives.

use std::path::Path;

use crate::record::Origin;

/// The streams of EKS, before the dash and the instance's id.
const STREAMS: [&str; 8] = [
    "kube-apiserver-audit",
    "kube-apiserver",
    "authenticator",
    "kube-controller-manager",
    "kube-scheduler",
    "cloud-controller-manager",
    "etcd-manager",
    "etcd",
];

/// What `path` tells: the log stream where a folder (as an export task makes it) or the file itself is
/// named after an EKS stream, the log group, and the account and region where folders are named so.
#[must_use]
pub fn origin_of(path: &Path) -> Origin {
    let parts: Vec<String> = path
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let (folders, name) = match parts.split_last() {
        Some((name, folders)) => (folders, name.as_str()),
        None => return Origin::default(),
    };
    let nearest = || folders.iter().rev().map(String::as_str);
    Origin {
        log_group: log_group(folders, name),
        log_stream: std::iter::once(name).chain(nearest()).find_map(stream),
        account: nearest().find(|part| is_account(part)).map(str::to_owned),
        region: nearest().find(|part| is_region(part)).map(str::to_owned),
    }
}

/// `kube-apiserver-audit-<32 hexadecimal digits>` at the beginning of a name. Other names stay
/// unknown: a file called `authenticator.log` may hold the streams of many instances.
fn stream(part: &str) -> Option<String> {
    let (name, id) = STREAMS.iter().find_map(|name| {
        let id = part.strip_prefix(name)?.strip_prefix('-')?;
        id.starts_with(|c: char| c.is_ascii_hexdigit())
            .then_some((name, id))
    })?;
    let digits = id.bytes().take_while(u8::is_ascii_hexdigit).count();
    let ends = !id
        .as_bytes()
        .get(digits)
        .is_some_and(u8::is_ascii_alphanumeric);
    (digits == 32 && ends).then(|| format!("{name}-{}", id.get(..digits).unwrap_or_default()))
}

/// `/aws/eks/<cluster>/cluster` from folders of these names, or from one name in which the slashes
/// became another sign.
fn log_group(folders: &[String], name: &str) -> Option<String> {
    let apart = folders.windows(4).rev().find_map(|four| match four {
        [aws, eks, cluster, last] if aws == "aws" && eks == "eks" && last == "cluster" => {
            Some(cluster.as_str())
        }
        _ => None,
    });
    let stem = name.split('.').next().unwrap_or(name);
    let joined = || {
        let parts = std::iter::once(stem).chain(folders.iter().rev().map(String::as_str));
        parts.into_iter().find_map(joined_cluster)
    };
    let cluster = apart.or_else(joined)?;
    Some(format!("/aws/eks/{cluster}/cluster"))
}

/// The cluster in `aws-eks-<cluster>-cluster`, with a dash, an underline or a dot for each slash.
fn joined_cluster(part: &str) -> Option<&str> {
    let part = part.trim_start_matches(['-', '_', '.']);
    ["-", "_", "."].iter().find_map(|sign| {
        let rest = part
            .strip_prefix("aws")?
            .strip_prefix(sign)?
            .strip_prefix("eks")?;
        let cluster = rest
            .strip_prefix(sign)?
            .strip_suffix("cluster")?
            .strip_suffix(sign)?;
        (!cluster.is_empty()).then_some(cluster)
    })
}

fn is_account(part: &str) -> bool {
    part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// `us-east-1`, `ap-southeast-2`, `us-gov-west-1`.
fn is_region(part: &str) -> bool {
    let pieces: Vec<&str> = part.split('-').collect();
    let [first, middle @ .., last] = pieces.as_slice() else {
        return false;
    };
    let word = |piece: &str| !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_lowercase());
    let number = last.len() == 1 && last.bytes().all(|byte| byte.is_ascii_digit());
    let directions = ["north", "south", "east", "west", "central"];
    let placed = middle
        .last()
        .is_some_and(|piece| directions.iter().any(|d| piece.contains(d)));
    first.len() == 2 && word(first) && middle.iter().all(|piece| word(piece)) && placed && number
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    const STREAM: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";

    fn hint(path: &str) -> Origin {
        origin_of(Path::new(path))
    }

    #[test]
    fn an_object_of_an_export_task_tells_its_stream() {
        let path = format!("exportedlogs/0b1c2d3e-0000-4000-8000-000000000001/{STREAM}/000000.gz");
        assert_eq!(hint(&path).log_stream.as_deref(), Some(STREAM));
        assert_eq!(
            hint(&format!("{STREAM}.jsonl.gz")).log_stream.as_deref(),
            Some(STREAM)
        );
        for other in [
            "authenticator.log",
            "kube-apiserver-audit/x",
            &format!("{STREAM}0/x"),
        ] {
            assert_eq!(hint(other).log_stream, None, "{other}");
        }
    }

    #[test]
    fn the_log_group_is_read_from_folders_and_from_joined_names() {
        for path in [
            "/tmp/aws/eks/prod-1/cluster/x.json",
            "aws-eks-prod-1-cluster/x.json",
            "_aws_eks_prod-1_cluster.csv",
            "a/aws.eks.prod-1.cluster/b/c",
        ] {
            assert_eq!(
                hint(path).log_group.as_deref(),
                Some("/aws/eks/prod-1/cluster"),
                "{path}"
            );
        }
        for path in [
            "prod/x.json",
            "aws/eks/cluster",
            "aws-eks-cluster/x",
            "aws-eks--cluster/x",
        ] {
            assert_eq!(hint(path).log_group, None, "{path}");
        }
    }

    #[test]
    fn account_and_region_are_folders_of_their_own() {
        let found = hint("AWSLogs/111122223333/eu-central-1/2026/05/01/x.gz");
        assert_eq!(found.account.as_deref(), Some("111122223333"));
        assert_eq!(found.region.as_deref(), Some("eu-central-1"));
        assert_eq!(
            hint("us-gov-west-1/x").region.as_deref(),
            Some("us-gov-west-1")
        );
        assert_eq!(hint("my-prod-1/x").region, None);
        assert_eq!(hint("2026/05/01/x"), Origin::default());
    }
}
