//! Foreign keys of what comes in sets, tested once for a statement instead of once for a row.

use std::fmt::Write;

use sea_orm_migration::prelude::*;

/// Step 20.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, &script()).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

/// A column of a table, the table that it refers to, and whether a row is deleted with what it refers to (`cascade`) or keeps it
/// from being deleted (`restrict`).
struct Key {
    table: &'static str,
    column: &'static str,
    target: &'static str,
    cascades: bool,
}

const fn key(table: &'static str, column: &'static str, target: &'static str, cascades: bool) -> Key {
    Key { table, column, target, cascades }
}

// The brand's was `on delete cascade`, which never came to pass: its content types went first, and entries hold those.
const KEYS: [Key; 7] = [
    key("entry", "brand_id", "brand", false),
    key("entry", "content_type_id", "content_type", false),
    key("entry", "source_id", "source", false),
    key("entry_tag", "tag_id", "tag", true),
    key("entry_category", "category_id", "category", true),
    key("entry_reference", "target_entry_id", "entry", false),
    key("entry_reference", "target_asset_id", "asset", false),
];

fn script() -> String {
    let mut script = BELONGINGS.to_owned();
    for key in &KEYS {
        let Key { table, column, .. } = key;
        let _ = writeln!(script, "alter table {table} drop constraint {table}_{column}_fkey;");
    }
    for table in ["entry", "entry_tag", "entry_category", "entry_reference"] {
        script.push_str(&referencing_side(table));
    }
    for target in ["brand", "content_type", "source", "tag", "category", "entry", "asset"] {
        script.push_str(&referenced_side(target));
    }
    script
}

/// Rows that are written hold what they lead to until the transaction ends, in the order of ids, and it has to be there. Each is
/// looked up by its id alone, as a key of PostgreSQL's own does it: the plans that a session keeps are made when tables are
/// small, and tables grow.
fn referencing_side(table: &str) -> String {
    let keys = || KEYS.iter().filter(|key| key.table == table);
    let hold = |asked: &dyn Fn(&str) -> String| -> String {
        let asked: Vec<String> = keys().map(|key| asked(key.column)).collect();
        let names: Vec<String> = keys().map(|key| format!("of_{}", key.column)).collect();
        let held = keys().map(|Key { column, target, .. }| {
            format!(
                "\n  if of_{column} <> '{{}}' then
    perform from unnest(of_{column}) f(id), lateral (select from {target} t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_{column}) then
      raise foreign_key_violation using table = '{table}', constraint = '{table}_{column}_fkey',
        message = 'a row of {table} leads to what is not in {target}';
    end if;
  end if;"
            )
        });
        format!(
            "declare {} uuid[]; held bigint;\nbegin\n  select {}\n  into {};{}",
            names.join(" uuid[]; "),
            asked.join(",\n    "),
            names.join(", "),
            held.collect::<String>()
        )
    };
    let function = |name: &str, body: &str| {
        format!(
            "create function bg_{table}_{name}() returns trigger language plpgsql as $$
{body}
  return null;
end $$;
"
        )
    };
    let fresh = |column: &str| {
        format!("array(select distinct f.{column} from fresh f where f.{column} is not null order by 1)")
    };
    let mut script = function("refers", &hold(&fresh));
    let _ = writeln!(
        script,
        "create trigger {table}_refers after insert on {table}
referencing new table as fresh for each statement execute function bg_{table}_refers();"
    );
    if table == "entry" {
        // Entries are changed all the time, and next to never in these columns: their rows are not gathered for it.
        script.push_str(&function(
            "moved",
            &hold(&|column| format!("array_remove(array[new.{column}], null)")),
        ));
        let columns: Vec<&str> = keys().map(|key| key.column).collect();
        let differs: Vec<String> =
            columns.iter().map(|column| format!("old.{column} is distinct from new.{column}")).collect();
        let _ = writeln!(
            script,
            "create trigger {table}_moved after update of {} on {table} for each row when ({}) execute function bg_{table}_moved();",
            columns.join(", "),
            differs.join(" or ")
        );
    } else {
        let _ = writeln!(
            script,
            "create trigger {table}_moved after update on {table}
referencing new table as fresh for each statement execute function bg_{table}_refers();"
        );
    }
    script
}

/// Rows that go take along what goes along with them, and do not go where others hold them; the functions go by indexes, also
/// where there are so many rows that the first one should be found soon. An id stays what it is: looked at afterwards, since a
/// trigger before it would have every update lock its row beforehand.
fn referenced_side(target: &str) -> String {
    let keys = || KEYS.iter().filter(|key| key.target == target);
    let along = keys().filter(|key| key.cascades).map(|Key { table, column, .. }| {
        format!("\n  delete from {table} l using gone where l.{column} = gone.id;")
    });
    let held = keys().filter(|key| !key.cascades).map(|Key { table, column, .. }| {
        format!(
            "\n  if exists (select from {table} l join gone on l.{column} = gone.id) then
    raise foreign_key_violation using table = '{table}', constraint = '{table}_{column}_fkey',
      message = 'a row of {table} leads to this row of {target}';
  end if;"
        )
    });
    // What belongs to an entry goes first, so that entries which hold each other can go together; and what waits before what has
    // arrived, because an import makes the one into the other without holding the entry.
    let belongings = (target == "entry").then(|| {
        ["pending_reference", "entry_reference", "entry_tag", "entry_category", "entry_version"]
            .iter()
            .map(|table| format!("\n  delete from {table} b using gone where b.entry_id = gone.id;"))
            .collect::<String>()
    });
    let body: String = belongings.into_iter().chain(along).chain(held).collect();
    format!(
        "create or replace function bg_{target}_gone() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  perform bg_sees_others();{body}
  return null;
end $$;
create or replace trigger {target}_gone after delete on {target}
referencing old table as gone for each statement execute function bg_{target}_gone();
create trigger {target}_id_stays after update of id on {target}
for each row when (old.id is distinct from new.id) execute function bg_id_stays();
"
    )
}

const BELONGINGS: &str = r"
-- In the order in which batches take them, and not one at a time while those wait for the next.
lock table brand, content_type, source, tag, category, asset, entry, entry_tag, entry_category, entry_reference, pending_reference
  in access exclusive mode;

-- What waits belongs to its entry like what has arrived, and is written by whoever holds the entry.
alter table pending_reference drop constraint pending_reference_entry_id_fkey;

-- A row that goes was locked, and everybody who leads to it has ended: what they wrote is seen by a statement that begins
-- now, but not by one that sees the database as it was when its transaction began.
create function bg_sees_others() returns void language plpgsql as $$
begin
  if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
    raise feature_not_supported using message = 'rows that others lead to are deleted in transactions that are read committed';
  end if;
end $$;

create function bg_id_stays() returns trigger language plpgsql as $$
begin
  raise foreign_key_violation using table = tg_table_name, message = 'the id of a row stays what it is';
end $$;
";
