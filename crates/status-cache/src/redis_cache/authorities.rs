//! Whom a Redis behind TLS may be vouched for by: the machine's authorities and those of a file, as one list.

use std::path::Path;

use anyhow::{Context as _, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};

/// The certificates of a PEM file beside the machine's own, again as PEM: the client takes one list or the other, never both.
/// Fails when the file cannot be read or holds no certificate.
pub(super) fn with_file(file: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = file.display();
    let text =
        std::fs::read(file).with_context(|| format!("EXTRA_CA_FILE: {shown} cannot be read"))?;
    let unusable = || format!("EXTRA_CA_FILE: {shown} holds no usable PEM certificate");
    let mut all = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .with_context(unusable)?;
    ensure!(!all.is_empty(), unusable());
    all.extend(rustls_native_certs::load_native_certs().certs);
    let mut pem = Vec::new();
    for certificate in &all {
        write(certificate, &mut pem);
    }
    Ok(pem)
}

fn write(certificate: &CertificateDer<'_>, pem: &mut Vec<u8>) {
    pem.extend(b"-----BEGIN CERTIFICATE-----\n");
    for line in BASE64.encode(certificate).as_bytes().chunks(64) {
        pem.extend(line);
        pem.push(b'\n');
    }
    pem.extend(b"-----END CERTIFICATE-----\n");
}
