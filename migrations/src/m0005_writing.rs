//! What writing costs: rows that stay whole, a cheaper compression, functions that the planner opens up, a trigger for keys.

use sea_orm_migration::prelude::*;

/// Step 5.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for script in [STORAGE, FUNCTIONS, BELONGINGS] {
            crate::run(manager, script).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

// What is longer than 2 kB is compressed and moved out of its row: pglz takes a tenth of all that an import costs, and a list that
// shows custom fields pays for fetching them one by one (twice and a half the time). A row of up to half a page stays whole; what is longer is
// compressed by lz4, unless the server was built without.
const STORAGE: &str = r"
alter table entry set (toast_tuple_target = 4080);

do $$ begin
  alter table entry alter fields set compression lz4, alter search set compression lz4,
    alter search_text set compression lz4;
  alter table entry_version alter fields set compression lz4;
exception when feature_not_supported then null;
end $$;
";

// A function is opened up into the statement that calls it where it is not strict, and where its argument stands in it once
// (a second mention would fetch the value from its compressed row a second time).
const FUNCTIONS: &str = r#"
create or replace function bg_number(value jsonb) returns numeric
language sql immutable parallel safe
return jsonb_path_query_first(value, 'strict $ ? (@.type() == "number")')::numeric;

create or replace function bg_boolean(value jsonb) returns boolean
language sql immutable parallel safe
return jsonb_path_query_first(value, 'strict $ ? (@.type() == "boolean")')::boolean;

create or replace function bg_search_config(locale text) returns regconfig
language sql immutable parallel safe
return case split_part(lower(locale), '-', 1)
  when 'ar' then 'pg_catalog.arabic'::regconfig when 'da' then 'pg_catalog.danish'::regconfig
  when 'nl' then 'pg_catalog.dutch'::regconfig when 'en' then 'pg_catalog.english'::regconfig
  when 'fi' then 'pg_catalog.finnish'::regconfig when 'fr' then 'pg_catalog.french'::regconfig
  when 'de' then 'pg_catalog.german'::regconfig when 'el' then 'pg_catalog.greek'::regconfig
  when 'hu' then 'pg_catalog.hungarian'::regconfig when 'id' then 'pg_catalog.indonesian'::regconfig
  when 'ga' then 'pg_catalog.irish'::regconfig when 'it' then 'pg_catalog.italian'::regconfig
  when 'lt' then 'pg_catalog.lithuanian'::regconfig when 'no' then 'pg_catalog.norwegian'::regconfig
  when 'nb' then 'pg_catalog.norwegian'::regconfig when 'nn' then 'pg_catalog.norwegian'::regconfig
  when 'pt' then 'pg_catalog.portuguese'::regconfig when 'ro' then 'pg_catalog.romanian'::regconfig
  when 'ru' then 'pg_catalog.russian'::regconfig when 'es' then 'pg_catalog.spanish'::regconfig
  when 'sv' then 'pg_catalog.swedish'::regconfig when 'tr' then 'pg_catalog.turkish'::regconfig
  else 'pg_catalog.simple'::regconfig end;

-- Everything that the cast would refuse is sorted out before: a block with an exception is a subtransaction, which costs each
-- call, and which a parallel worker may not begin.
create or replace function bg_moment(value text) returns timestamptz
language plpgsql immutable parallel safe strict as $$
begin
  if value ~ '^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-](0\d|1[0-5]):?[0-5]\d))?$'
    and left(value, 4) <> '0000' and substr(value, 6, 2) between '01' and '12' and substr(value, 9, 2) between '01' and '31'
    and (substr(value, 9, 2) <= '28' or substr(value, 9, 2)::int
      <= extract(day from make_date(left(value, 4)::int, substr(value, 6, 2)::int, 1) + interval '1 month - 1 day'))
    and substr(value, 12, 2) <= '23' and substr(value, 15, 2) <= '59'
    and (substr(value, 17, 1) <> ':' or substr(value, 18, 2) <= '60')
  then
    return (case when length(value) = 10 then value || 'T00:00:00Z' else value end)::timestamptz;
  end if;
  return null;
end $$;
"#;

// What belongs to an entry is written by whoever holds the entry's row: nine keys of an entry that tested just that were a
// sixth of all that an import costs. What they did when an entry goes, the trigger does for all entries of a statement.
const BELONGINGS: &str = r"
alter table entry_version drop constraint entry_version_entry_id_fkey;
alter table entry_tag drop constraint entry_tag_entry_id_fkey;
alter table entry_category drop constraint entry_category_entry_id_fkey;
alter table entry_reference drop constraint entry_reference_entry_id_fkey;

create function bg_entry_gone() returns trigger language plpgsql as $$
begin
  delete from entry_version b using gone where b.entry_id = gone.id;
  delete from entry_tag b using gone where b.entry_id = gone.id;
  delete from entry_category b using gone where b.entry_id = gone.id;
  delete from entry_reference b using gone where b.entry_id = gone.id;
  return null;
end $$;
create trigger entry_gone after delete on entry
referencing old table as gone for each statement execute function bg_entry_gone();
";
