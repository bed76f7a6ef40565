//! A private store of objects in the data folder that speaks S3 on the server's own port, with credentials of its own.

mod join;
mod layout;
mod received;
mod service;
mod sweep;

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use secrecy::{ExposeSecret, SecretString};

use self::{layout::Layout, service::Store, sweep::sweep};
use super::error::{At, Error};
use crate::{
    app::secret,
    domain,
    http::{self, Door, Router},
    objects::Settings,
};

/// The bucket, which is also the path that it is under.
const BUCKET: &str = "media";
/// The folder of its files in the data folder.
const FOLDER: &str = "objects";
/// The file of the access key's id.
const KEY: &str = "objects.key";
/// The file of the access key's secret.
const SECRET: &str = "objects.secret";

/// The file that says where the store answers, while somebody has opened it.
const ADDRESS: &str = "objects.address";

/// A store of objects in a folder.
#[derive(Debug, Clone)]
pub struct Objects {
    service: S3Service,
    settings: Settings,
}

impl Objects {
    /// Opens the store of a data folder, which is to be reached at an address; it is made where there is none.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn open(data: &Path, address: SocketAddr) -> Result<Self, Error> {
        let root = std::path::absolute(data.join(FOLDER)).at("resolving", data)?;
        fs::create_dir_all(root.join(BUCKET)).at("making", &root)?;
        let (key, secret) = keys(data)?;
        let files = FileSystem::new(&root).map_err(|error| because(&root, &error))?;
        let layout = Layout::new(&root);
        let left = sweep(&layout).at("tidying", &root)?;
        if left > 0 {
            tracing::info!(left, "removed what a store that was cut off had left behind");
        }
        let mut builder = S3ServiceBuilder::new(Store::new(files, layout));
        builder.set_auth(SimpleAuth::from_single(key.expose_secret(), secret.expose_secret()));
        let told = data.join(ADDRESS);
        fs::write(&told, format!("{address}\n")).at("writing", &told)?;
        Ok(Self { service: builder.build(), settings: Self::reach(data, address)? })
    }

    /// How the store of a data folder is reached that another process opened, at the address that it told of, or else at the one that
    /// is given. It is opened once: whoever opens it throws away what is half written.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn reach(data: &Path, address: SocketAddr) -> Result<Settings, Error> {
        let (key, secret) = keys(data)?;
        let told = fs::read_to_string(data.join(ADDRESS)).ok();
        let address = told.and_then(|text| text.trim_end().parse().ok()).unwrap_or(address);
        Ok(Settings {
            bucket: Some(BUCKET.to_owned()),
            endpoint: Some(format!("http://{address}")),
            path_style: true,
            access_key_id: Some(key.expose_secret().to_owned()),
            secret_access_key: Some(secret),
            ..Settings::default()
        })
    }

    /// How the store is reached.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Puts the store beside the routes of the graph.
    ///
    /// # Errors
    /// As [`http::with_objects`].
    pub fn mount(&self, router: Router, door: &Door, settings: &http::Settings) -> domain::Result<Router> {
        http::with_objects(router, BUCKET, self.service.clone(), door, settings)
    }
}

fn keys(data: &Path) -> Result<(SecretString, SecretString), Error> {
    let of = |name| secret::of_folder(data, name).at("making a key in", data);
    Ok((of(KEY)?, of(SECRET)?))
}

fn because(root: &Path, error: &s3s_fs::Error) -> Error {
    Error::Io { what: "opening", path: PathBuf::from(root), source: io::Error::other(format!("{error:?}")) }
}
