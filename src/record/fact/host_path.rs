//! Host paths made comparable: spelling them otherwise must not hide them.

/// Writes an absolute path in its shortest form: no trailing slash, no `//`, `.` or `..`, and
/// `/var/run` as `/run`, which it is a symbolic link to on every Linux node of EKS.
pub(super) fn normalize(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    if let ["var", "run", ..] = segments.as_slice() {
        segments.remove(0);
    }
    format!("/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn other_spellings_are_the_same_path() {
        for (path, plain) in [
            ("/", "/"),
            ("", "/"),
            ("//", "/"),
            ("/etc/", "/etc"),
            ("/etc/../etc/./kubernetes//", "/etc/kubernetes"),
            ("/../../proc", "/proc"),
            ("/var/run/docker.sock", "/run/docker.sock"),
            ("/var//run/../run/containerd", "/run/containerd"),
            ("/var/runner", "/var/runner"),
        ] {
            assert_eq!(normalize(path), plain, "{path}");
        }
    }
}
