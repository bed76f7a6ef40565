//! Certificates: loaded when the server starts, loaded again when their files change.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use axum_server::{
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use serde::Deserialize;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use crate::domain::{Error, Result};

/// The section `http.tls` of the configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The file of the certificate and those that vouch for it, in PEM. Unset: connections are not encrypted.
    pub certificate: Option<PathBuf>,
    /// The file of its private key, in PEM.
    pub key: Option<PathBuf>,
}

impl Settings {
    /// The two files, where connections are to be encrypted.
    ///
    /// # Errors
    /// `INVALID` where one is given without the other.
    pub(super) fn files(&self) -> Result<Option<(&Path, &Path)>> {
        match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(Error::invalid("http.tls.key", "required", "goes with the certificate")),
            (None, Some(_)) => {
                Err(Error::invalid("http.tls.certificate", "required", "goes with the private key"))
            }
        }
    }
}

/// When the two files were last written.
type Written = [Option<SystemTime>; 2];

/// The certificate in use.
#[derive(Debug)]
pub(super) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    config: RustlsConfig,
    written: Mutex<Written>,
}

impl Tls {
    /// Loads the certificate; nothing where none is configured.
    ///
    /// # Errors
    /// `INVALID` where it cannot be used.
    pub(super) async fn load(settings: &Settings) -> Result<Option<Self>> {
        let Some((certificate, key)) = settings.files()? else { return Ok(None) };
        // There may be one already; it is the same.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let written = written(certificate, key).await;
        let config = RustlsConfig::from_pem_file(certificate, key).await.map_err(|source| {
            let message = format!(
                "the certificate in {} with the key in {} cannot be used: {source}",
                certificate.display(),
                key.display()
            );
            Error::invalid("http.tls", "certificate", message).with_source(source)
        })?;
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        Ok(Some(Self { certificate, key, config, written: Mutex::new(written) }))
    }

    /// Loads the certificate again where its files were written since; what cannot be used leaves the old one in use.
    pub(super) async fn renew(&self) {
        let now = written(&self.certificate, &self.key).await;
        let before =
            std::mem::replace(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner), now);
        if before == now {
            return;
        }
        match self.config.reload_from_pem_file(&self.certificate, &self.key).await {
            Ok(()) => tracing::info!(certificate = %self.certificate.display(), "loaded a new certificate"),
            Err(error) => {
                tracing::error!(%error, "the new certificate cannot be used; the old one stays in use");
            }
        }
    }

    /// Greets a client; says whether it speaks HTTP/2.
    ///
    /// # Errors
    /// Where the two do not agree on how to encrypt.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
    ) -> std::io::Result<(impl AsyncRead + AsyncWrite + Unpin + Send + 'static, bool)> {
        let (stream, ()) = RustlsAcceptor::new(self.config.clone()).accept(stream, ()).await?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok((stream, http2))
    }
}

async fn written(certificate: &Path, key: &Path) -> Written {
    let of = async |path| tokio::fs::metadata(path).await.and_then(|meta| meta.modified()).ok();
    [of(certificate).await, of(key).await]
}
