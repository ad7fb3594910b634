//! `secret.key`: made once, whole, for nobody else's eyes, and never anew beside a database that needs the old one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use waymark::platform::crypto;

use super::binary::{Installation, Said, waymark};

#[test]
fn the_first_start_makes_a_closed_folder_with_a_secret_only_we_can_read() {
    let outer = tempfile::tempdir().unwrap();
    let data = outer.path().join("srv/waymark/data");

    let keys = crypto::load_or_create(&data).unwrap();

    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("secret.key")), 0o600);
    let again = crypto::load_or_create(&data).unwrap();
    assert_eq!(
        keys.role_password("waymark_app"),
        again.role_password("waymark_app")
    );
    assert_eq!(
        fs::read_dir(&data).unwrap().count(),
        1,
        "nothing else is left in the folder"
    );
}

#[test]
fn processes_that_start_together_agree_on_one() {
    let data = tempfile::tempdir().unwrap();

    let passwords: Vec<String> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    crypto::load_or_create(data.path())
                        .unwrap()
                        .role_password("waymark_app")
                })
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });

    assert!(
        passwords.iter().all(|password| *password == passwords[0]),
        "{passwords:?}"
    );
}

#[test]
fn a_lost_secret_is_asked_for_and_not_made_anew() {
    let installation = Installation::fresh();
    installation.run(&["migrate"]).expect_success();
    let secret = installation.data.path().join("secret.key");
    let kept = fs::read(&secret).unwrap();
    fs::remove_file(&secret).unwrap();

    for command in ["migrate", "doctor"] {
        let said = Said::of(waymark(installation.data.path(), &[command]).output().unwrap());
        assert!(!said.status.success());
        let all = format!("{}{}", said.out, said.err).to_lowercase();
        assert!(all.contains("restore secret.key from a backup"), "{all}");
    }
    assert!(!secret.exists());

    fs::write(&secret, kept).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    installation.run(&["migrate"]).expect_success();
}
