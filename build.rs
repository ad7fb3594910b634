//! Joins, hashes and compresses what `static/` holds, so that the binary serves it alone.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

#[path = "build/join.rs"]
mod join;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=static");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=build/join.rs");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("static");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut table = String::from("static ASSETS: &[Asset] = &[\n");
    for (index, (logical, mime, pattern)) in join::SERVED.iter().enumerate() {
        let bytes = join::read(&root, pattern).map_err(|cause| format!("static/{pattern}: {cause}"))?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&bytes)?;
        let gzip = gzip.finish()?;
        let mut brotli = Vec::new();
        brotli::BrotliCompress(&mut bytes.as_slice(), &mut brotli, &Default::default())?;
        let [plain_file, gzip_file, brotli_file] =
            ["", ".gz", ".br"].map(|ending| out.join(format!("asset-{index}{ending}")));
        fs::write(&plain_file, &bytes)?;
        fs::write(&gzip_file, gzip)?;
        fs::write(&brotli_file, brotli)?;
        let url = served_as(logical, &bytes);
        writeln!(
            table,
            "    Asset {{ logical: {logical:?}, url: {url:?}, mime: {mime:?}, pattern: {pattern:?}, plain: include_bytes!({plain_file:?}), gzip: include_bytes!({gzip_file:?}), brotli: include_bytes!({brotli_file:?}) }},"
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// `css/app.css` becomes `/a/app.<first 12 hex digits of its SHA-256>.css`: a new content is a new address.
fn served_as(logical: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes)
        .iter()
        .take(6)
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let name = logical.rsplit('/').next().unwrap_or(logical);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/a/{stem}.{digest}.{ending}")
}
