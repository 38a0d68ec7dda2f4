//! One statement text for both engines. Each macro runs it on whichever the handle is for; `$n` binds work on both.
// See docs/decisions/0046-one-sql-for-two-databases.md

/// All rows of a query, read outside a transaction.
macro_rules! read_all {
    ($db:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $db.pools() {
            $crate::db::Pools::Postgres(pool) => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(pool).await,
            $crate::db::Pools::Sqlite { read, .. } => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(read).await,
        }
    };
}

/// One row or none, read outside a transaction.
macro_rules! read_optional {
    ($db:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $db.pools() {
            $crate::db::Pools::Postgres(pool) => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(pool).await,
            $crate::db::Pools::Sqlite { read, .. } => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(read).await,
        }
    };
}

/// One row or none, inside a transaction.
macro_rules! tx_optional {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Postgres(tx) => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(&mut **tx).await,
            $crate::Tx::Sqlite(tx) => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(&mut **tx).await,
        }
    };
}

/// All rows, inside a transaction.
macro_rules! tx_all {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Postgres(tx) => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(&mut **tx).await,
            $crate::Tx::Sqlite(tx) => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(&mut **tx).await,
        }
    };
}

/// What a row is known by, for whoever mends it.
macro_rules! row_key {
    () => {
        |row| {
            let text = |at: usize| sqlx::Row::try_get_unchecked::<String, _>(row, at).ok();
            [text(0), text(1)].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    };
}

/// As `read_all`, without the rows that cannot be read: see [`crate::sound`]. Not for pages whose length says whether there are more.
macro_rules! read_sound {
    ($db:expr, $row:ty, $table:literal, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $db.pools() {
            $crate::db::Pools::Postgres(pool) => sqlx::query($sql)$(.bind($bind))*.fetch_all(pool).await
                .map(|rows| $crate::sound::sound::<_, $row>(&rows, $table, row_key!())),
            $crate::db::Pools::Sqlite { read, .. } => sqlx::query($sql)$(.bind($bind))*.fetch_all(read).await
                .map(|rows| $crate::sound::sound::<_, $row>(&rows, $table, row_key!())),
        }
    };
}

/// As `tx_all`, likewise.
macro_rules! tx_sound {
    ($tx:expr, $row:ty, $table:literal, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Postgres(tx) => sqlx::query($sql)$(.bind($bind))*.fetch_all(&mut **tx).await
                .map(|rows| $crate::sound::sound::<_, $row>(&rows, $table, row_key!())),
            $crate::Tx::Sqlite(tx) => sqlx::query($sql)$(.bind($bind))*.fetch_all(&mut **tx).await
                .map(|rows| $crate::sound::sound::<_, $row>(&rows, $table, row_key!())),
        }
    };
}

/// Runs a statement inside a transaction; the answer is the number of rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Postgres(tx) => sqlx::query($sql)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected()),
            $crate::Tx::Sqlite(tx) => sqlx::query($sql)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected()),
        }
    };
}

/// Rows whose `id` is in `$3`, a JSON array: the one thing the engines spell differently. The first text is PostgreSQL's,
/// the second SQLite's. On a table nobody has analysed yet PostgreSQL takes a whole channel for one row and reads all of it
/// for every page; a lateral subquery that cannot be flattened (OFFSET 0) leaves it only the index, one id at a time.
macro_rules! select_by_ids {
    ($columns:literal, $table:literal, $scope:literal, $id:literal, $order:literal) => {
        [
            concat!(
                "SELECT found.* FROM jsonb_array_elements_text($3) AS wanted (id) CROSS JOIN LATERAL (SELECT ",
                $columns,
                " FROM ",
                $table,
                " WHERE ",
                $scope,
                " AND ",
                $id,
                " = wanted.id OFFSET 0) AS found ",
                $order
            ),
            concat!(
                "SELECT ",
                $columns,
                " FROM ",
                $table,
                " WHERE ",
                $scope,
                " AND ",
                $id,
                " IN (SELECT value FROM json_each($3)) ",
                $order
            ),
        ]
    };
}

/// A change of the rows whose ids are in `$3`, likewise.
macro_rules! change_by_ids {
    ($head:literal, $tail:literal) => {
        [
            concat!($head, " = ANY (ARRAY(SELECT jsonb_array_elements_text($3))) ", $tail),
            concat!($head, " IN (SELECT value FROM json_each($3)) ", $tail),
        ]
    };
}

/// As `read_all`, with a text for each engine.
macro_rules! read_all_forked {
    ($db:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $db.pools() {
            $crate::db::Pools::Postgres(pool) => sqlx::query_as::<_, $row>($sql[0])$(.bind($bind))*.fetch_all(pool).await,
            $crate::db::Pools::Sqlite { read, .. } => sqlx::query_as::<_, $row>($sql[1])$(.bind($bind))*.fetch_all(read).await,
        }
    };
}

/// As `tx_all`, with a text for each engine.
macro_rules! tx_all_forked {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Postgres(tx) => sqlx::query_as::<_, $row>($sql[0])$(.bind($bind))*.fetch_all(&mut **tx).await,
            $crate::Tx::Sqlite(tx) => sqlx::query_as::<_, $row>($sql[1])$(.bind($bind))*.fetch_all(&mut **tx).await,
        }
    };
}

/// As `execute`, with a text for each engine.
macro_rules! execute_forked {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Postgres(tx) => sqlx::query($sql[0])$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected()),
            $crate::Tx::Sqlite(tx) => sqlx::query($sql[1])$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected()),
        }
    };
}
