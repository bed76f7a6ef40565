//! Which page comes next, and what its address is.

use url::Url;

use super::{address, connector::Resource, spec::Paging};
use crate::domain::{Error, Result};

/// Where a pull is in one list.
#[derive(Debug, Clone)]
pub struct Cursor {
    paging: Paging,
    /// Pages read so far.
    pages: u32,
    /// Items read so far.
    seen: u64,
    /// Items in all, as the platform said last.
    total: Option<u64>,
    done: bool,
}

impl Cursor {
    /// Before the first page.
    #[must_use]
    pub fn start(paging: Paging) -> Self {
        Self { paging, pages: 0, seen: 0, total: None, done: false }
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

    /// How many items there are, where the list has ended before that many came.
    #[must_use]
    pub fn short_of(&self) -> Option<u64> {
        self.total.filter(|total| self.done && *total > self.seen)
    }

    /// The address of the next page.
    ///
    /// # Errors
    /// `INVALID` where base URL and path make no address below the base URL.
    pub fn address(&self, base: &Url, resource: &Resource) -> Result<Url> {
        let path = format!("resources.{}.list.path", resource.name);
        address::with_query(base, resource, |template| self.fill(template))
            .map_err(|fault| Error::invalid(path, "path", fault))
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
        self.total = total.or(self.total);
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
        assert_eq!(cursor.short_of(), Some(8));
        // The total was said before, and nothing is missing where there is none.
        let mut cursor = Cursor::start(Paging::Offset(ByOffset { size: 2 }));
        cursor.advance(2, Some(2));
        assert_eq!((cursor.done(), cursor.short_of()), (true, None));
    }
}
