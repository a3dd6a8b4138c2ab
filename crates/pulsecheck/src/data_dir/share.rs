//! Whether a folder lies on a network share, by the mounts of this process.

use std::path::Path;

/// Types of file systems that live on another machine, as the kernel names them.
const REMOTE: [&str; 22] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "afp",
    "ceph",
    "glusterfs",
    "lustre",
    "ocfs2",
    "gfs2",
    "beegfs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.smbnetfs",
    "fuse.davfs",
    "davfs",
    "fuse.curlftpfs",
];

/// The type of the network share that holds `folder`, such as `nfs4`; none on a disk of this machine, and where it cannot be known.
pub fn of(folder: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let kind = kind(&mounts, folder)?;
    REMOTE.contains(&kind).then(|| kind.to_owned())
}

/// The type of the mount that `folder` lies in: the last one of the longest path.
/// The format is that of `proc_pid_mountinfo(5)`: the mount point is the fifth field, the type follows ` - `.
fn kind<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let found = mounts.lines().filter_map(|line| {
        let (fields, rest) = line.split_once(" - ")?;
        let point = unescaped(fields.split(' ').nth(4)?);
        folder
            .starts_with(&point)
            .then_some((point.len(), rest.split(' ').next()?))
    });
    // Of equals the last one covers the others.
    found
        .max_by_key(|(length, _)| *length)
        .map(|(_, kind)| kind)
}

/// Spaces, tabs, line ends and backslashes are written as octal numbers.
fn unescaped(point: &str) -> String {
    point
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /data rw,relatime - nfs4 nas:/volume1 rw,vers=4.2
31 30 254:0 /local /data/local rw - ext4 /dev/vda rw
32 22 0:41 / /mnt/my\\040share rw - cifs //nas/share rw
33 22 0:42 / /over rw - nfs4 nas:/x rw
34 33 0:43 / /over rw - tmpfs tmpfs rw";

    #[test]
    fn the_nearest_mount_decides_and_the_last_of_equals() {
        let of = |folder: &str| kind(MOUNTS, Path::new(folder));
        assert_eq!(of("/data/pulsecheck"), Some("nfs4"));
        assert_eq!(of("/data/local/pulsecheck"), Some("ext4"));
        assert_eq!(
            of("/database"),
            Some("ext4"),
            "a longer name is another folder"
        );
        assert_eq!(of("/mnt/my share/x"), Some("cifs"));
        assert_eq!(of("/over"), Some("tmpfs"));
    }

    #[test]
    fn a_folder_of_this_machine_is_none() {
        assert_eq!(of(&std::env::temp_dir()), None);
    }
}
