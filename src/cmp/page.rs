//! Which page comes next, and what its address is.

use url::{ParseError, Url};

use super::{connector::Resource, spec::Paging};
use crate::domain::{Error, Result};

/// An address below the base URL, whose last part counts as a folder whether or not it ends in a slash.
///
/// # Errors
/// Where the result is no address.
pub fn below(base: &Url, path: &str) -> Result<Url, ParseError> {
    let mut folder = base.clone();
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", base.path()));
    }
    folder.join(path.trim_start_matches('/'))
}

/// Where a pull is in one list.
#[derive(Debug, Clone)]
pub struct Cursor {
    paging: Paging,
    /// Pages read so far.
    pages: u32,
    /// Items read so far.
    seen: u64,
    done: bool,
}

impl Cursor {
    /// Before the first page.
    #[must_use]
    pub fn start(paging: Paging) -> Self {
        Self { paging, pages: 0, seen: 0, done: false }
    }

    /// Whether there is no further page.
    #[must_use]
    pub fn done(&self) -> bool {
        self.done
    }

    /// Pages read so far.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Items read so far.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The address of the next page.
    ///
    /// # Errors
    /// `INVALID` where base URL and path make no address.
    pub fn address(&self, base: &Url, resource: &Resource) -> Result<Url> {
        let path = format!("resources.{}.list.path", resource.name);
        let mut url = below(base, &self.fill(&resource.path))
            .map_err(|fault| Error::invalid(path, "url", format!("makes no address: {fault}")))?;
        if !resource.query.is_empty() {
            let mut query = url.query_pairs_mut();
            for (name, value) in &resource.query {
                query.append_pair(name, &self.fill(value));
            }
        }
        Ok(url)
    }

    fn fill(&self, template: &str) -> String {
        if !template.contains('{') {
            return template.to_owned();
        }
        let (page, size) = match self.paging {
            Paging::None => return template.to_owned(),
            Paging::Page(by) => (by.first.saturating_add(self.pages), by.size),
            Paging::Offset(by) => (self.pages, by.size),
        };
        template
            .replace("{page}", &page.to_string())
            .replace("{offset}", &self.seen.to_string())
            .replace("{limit}", &size.to_string())
    }

    /// Notes a page that was read. Where the answer says how many items there are, that decides whether there is more;
    /// else a page that is not full is the last.
    pub fn advance(&mut self, items: u64, total: Option<u64>) {
        self.pages = self.pages.saturating_add(1);
        self.seen = self.seen.saturating_add(items);
        let size = match self.paging {
            Paging::None => {
                self.done = true;
                return;
            }
            Paging::Page(by) => u64::from(by.size),
            Paging::Offset(by) => u64::from(by.size),
        };
        self.done = items == 0
            || match total {
                Some(total) => self.seen >= total,
                None => items < size,
            };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmp::spec::{ByOffset, ByPage};

    #[test]
    fn joins_below_the_last_part_of_the_base() {
        for base in ["http://cmp.test/api", "http://cmp.test/api/"] {
            let base = Url::parse(base).unwrap();
            assert_eq!(below(&base, "/items/a").unwrap().as_str(), "http://cmp.test/api/items/a");
        }
    }

    #[test]
    fn stops_at_a_short_page_unless_the_total_says_otherwise() {
        let mut cursor = Cursor::start(Paging::Page(ByPage { size: 10, first: 1 }));
        cursor.advance(10, None);
        assert!(!cursor.done());
        cursor.advance(3, None);
        assert!(cursor.done());

        // The platform caps its pages at 5 without saying so.
        let mut capped = Cursor::start(Paging::Offset(ByOffset { size: 10 }));
        capped.advance(5, Some(8));
        assert!(!capped.done());
        assert_eq!(capped.fill("{offset}/{limit}"), "5/10");
        capped.advance(3, Some(8));
        assert!(capped.done());
    }

    #[test]
    fn an_empty_page_ends_a_list_whatever_the_total_says() {
        let mut cursor = Cursor::start(Paging::Offset(ByOffset { size: 10 }));
        cursor.advance(0, Some(8));
        assert!(cursor.done());
    }
}
