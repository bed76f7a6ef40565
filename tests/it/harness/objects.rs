//! A store of objects that takes nothing and has everything, three bytes of it, for tests that are not about files.

use brandgraph::{
    domain::Result,
    objects::{Answer, Get, Head, Key, Life, Listed, Part, Presigned, Put, Store, Stream},
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{FutureExt, StreamExt, stream};

const CONTENT: &[u8] = b"abc";

/// The store.
#[derive(Debug)]
pub struct Attic;

fn now<T: Send + 'static>(value: T) -> Answer<'static, T> {
    async move { Result::Ok(value) }.boxed()
}

fn signed(method: &'static str, key: &Key) -> Presigned {
    Presigned { method, url: format!("https://attic.example/{key}?signed"), headers: Vec::new() }
}

impl Store for Attic {
    fn presign_put<'a>(&'a self, put: &'a Put, _: Life) -> Answer<'a, Presigned> {
        now(signed("PUT", &put.key))
    }

    fn presign_part<'a>(
        &'a self,
        key: &'a Key,
        _: &'a str,
        _: u32,
        _: u64,
        _: Life,
    ) -> Answer<'a, Presigned> {
        now(signed("PUT", key))
    }

    fn presign_get<'a>(&'a self, get: &'a Get, _: Life) -> Answer<'a, Presigned> {
        now(signed("GET", &get.key))
    }

    fn find<'a>(&'a self, _: &'a Key) -> Answer<'a, Option<Head>> {
        now(Some(Head { bytes: CONTENT.len() as u64 }))
    }

    fn read<'a>(&'a self, _: &'a Key, _: Option<(u64, u64)>) -> Answer<'a, Stream> {
        now(stream::once(async { Ok(Bytes::from_static(CONTENT)) }).boxed())
    }

    fn copy<'a>(&'a self, _: &'a Key, _: &'a Key) -> Answer<'a, ()> {
        now(())
    }

    fn begin<'a>(&'a self, _: &'a Key, _: &'a str) -> Answer<'a, String> {
        now("session".to_owned())
    }

    fn parts<'a>(&'a self, _: &'a Key, _: &'a str) -> Answer<'a, Option<Vec<Part>>> {
        now(None)
    }

    fn complete<'a>(&'a self, _: &'a Key, _: &'a str, _: &'a [Part]) -> Answer<'a, ()> {
        now(())
    }

    fn abort<'a>(&'a self, _: &'a Key, _: &'a str) -> Answer<'a, ()> {
        now(())
    }

    fn sessions<'a>(&'a self, _: DateTime<Utc>) -> Answer<'a, Vec<(Key, String)>> {
        now(Vec::new())
    }

    fn delete<'a>(&'a self, _: &'a Key) -> Answer<'a, ()> {
        now(())
    }

    fn list<'a>(&'a self, _: Option<&'a Key>) -> Answer<'a, Vec<Listed>> {
        now(Vec::new())
    }
}
