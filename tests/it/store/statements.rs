//! Every SQL statement of `host/store` is one that both databases understand.

use std::collections::BTreeMap;
use std::path::Path;

use entrepot_store::{Engine, Pools};
use entrepot_tests::{App, both_engines};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprLit, ItemConst, ItemMacro, Lit, LitStr, Macro, Token};

#[both_engines]
async fn every_statement_is_prepared(app: App) {
    let (mut prepared, mut wrong) = (0, Vec::new());
    for statement in statements() {
        let Statement { place, texts } = statement;
        let [postgres, sqlite] = texts;
        if app.host.db.engine() == Engine::Sqlite && POSTGRES_ALONE.iter().any(|words| sqlite.contains(words)) {
            continue;
        }
        let outcome = match app.host.db.pools() {
            Pools::Postgres(pool) => pool.prepare(AssertSqlSafe(with_types(postgres)).into_sql_str()).await.map(drop),
            Pools::Sqlite { read, .. } => read.prepare(AssertSqlSafe(sqlite).into_sql_str()).await.map(drop),
        };
        match outcome {
            Ok(()) => prepared += 1,
            Err(error) => wrong.push(format!("{place}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), prepared + wrong.len(), wrong.join("\n"));
    assert!(prepared > 200, "only {prepared} statements were found");
}

/// SQLite has one writer and needs no lock on a row, and no server with a clock of its own.
const POSTGRES_ALONE: [&str; 2] = ["FOR NO KEY UPDATE", "clock_timestamp()"];

/// PostgreSQL learns of a document by its bind, which is missing here.
fn with_types(text: String) -> String {
    (1..=12).fold(text, |text, number| text.replace(&format!("${number} ->>"), &format!("(${number}::jsonb) ->>")))
}

struct Statement {
    place: String,
    /// Of PostgreSQL and of SQLite; mostly they are the same.
    texts: [String; 2],
}

/// All constants of the crate that are whole statements, and those written where they are run.
fn statements() -> Vec<Statement> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/store/src");
    let (mut files, mut found) = (Vec::new(), Vec::new());
    walk(&root, &root, &mut files);
    let mut parsed: Vec<_> = files
        .into_iter()
        .map(|(name, text)| {
            let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, file)
        })
        .collect();
    let of_files: BTreeMap<String, Macros> = parsed
        .iter_mut()
        .map(|(name, file)| {
            let mut macros = Macros::default();
            macros.visit_file_mut(file);
            (name.clone(), macros)
        })
        .collect();
    for (name, file) in &mut parsed {
        // In scope are those of the whole crate, of the module above, and its own.
        let above = name.split_once('/').map(|(folder, _)| format!("{folder}.rs")).unwrap_or_default();
        let mut macros = Macros::default();
        for of in ["macros.rs", &above, name].into_iter().filter_map(|name| of_files.get(name)) {
            macros.0.extend(of.0.clone());
        }
        let mut seen = Seen { macros: &macros, found: Vec::new() };
        seen.visit_file_mut(file);
        let whole = seen.found.into_iter().filter(|(_, texts)| texts.iter().all(|text| is_whole(text)));
        found.extend(whole.map(|(item, texts)| Statement { place: format!("{name}, {item}"), texts }));
    }
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(root, &path, found);
        } else {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).expect("a file")));
        }
    }
}

/// Rows that are written many at once are put in the place of VALUES by `bulk`.
fn is_whole(text: &str) -> bool {
    let text = text.trim_start();
    let writes = text.starts_with("INSERT ") && ["VALUES", "SELECT"].iter().any(|word| text.contains(word));
    writes || ["SELECT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|word| text.starts_with(word))
}

/// `macro_rules!` that put texts together, by name: the names of their arguments, and what they become.
#[derive(Clone, Default)]
struct Macros(BTreeMap<String, (Vec<String>, String)>);

impl VisitMut for Macros {
    fn visit_item_macro_mut(&mut self, item: &mut ItemMacro) {
        let Some(name) = &item.ident else { return };
        let text = item.mac.tokens.to_string();
        let Some((pattern, body)) = text.split_once("=>") else { return };
        let arguments = pattern.split('$').skip(1).filter_map(|part| part.split(':').next());
        let arguments = arguments.map(|name| name.trim().to_owned()).collect();
        let body = body.trim().trim_end_matches(';').trim();
        let body = body.strip_prefix('{').and_then(|body| body.strip_suffix('}')).unwrap_or_default();
        self.0.insert(name.to_string(), (arguments, body.to_owned()));
    }
}

impl Macros {
    /// The text of a literal, of `concat!`, and of the macros above.
    fn text(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            Expr::Macro(call) if call.mac.path.is_ident("concat") => {
                arguments(&call.mac)?.iter().map(|part| self.text(part)).collect()
            }
            Expr::Macro(call) => self.text(&self.expanded(&call.mac)?),
            _ => None,
        }
    }

    fn expanded(&self, call: &Macro) -> Option<Expr> {
        let (names, body) = self.0.get(&call.path.get_ident()?.to_string())?;
        let (mut body, values) = (body.clone(), arguments(call)?);
        let mut given: Vec<_> = names.iter().zip(&values).collect();
        // `$ids` before `$id`.
        given.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, value) in given {
            let text = self.text(value)?;
            body = body
                .replace(&format!("$ {name}"), &format!("${name}"))
                .replace(&format!("${name}"), &format!("{text:?}"));
        }
        syn::parse_str(&body).ok()
    }

    /// One text for both engines, or one for each.
    fn texts(&self, expression: &Expr) -> Option<[String; 2]> {
        match expression {
            Expr::Array(array) => {
                let texts: Vec<String> = array.elems.iter().map(|text| self.text(text)).collect::<Option<_>>()?;
                texts.try_into().ok()
            }
            Expr::Macro(call) if !call.mac.path.is_ident("concat") => self.texts(&self.expanded(&call.mac)?),
            other => self.text(other).map(|text| [text.clone(), text]),
        }
    }
}

fn arguments(call: &Macro) -> Option<Vec<Expr>> {
    let all = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(call.tokens.clone());
    Some(all.ok()?.into_iter().collect())
}

/// Macros that run a statement; others put texts together.
const RUN: [&str; 3] = ["read_", "tx_", "execute"];

struct Seen<'a> {
    macros: &'a Macros,
    found: Vec<(String, [String; 2])>,
}

impl VisitMut for Seen<'_> {
    fn visit_item_const_mut(&mut self, item: &mut ItemConst) {
        let texts = self.macros.texts(&item.expr);
        let is_made = match &*item.expr {
            Expr::Macro(_) => true,
            Expr::Array(array) => array.elems.iter().any(|text| matches!(text, Expr::Macro(_))),
            _ => false,
        };
        assert!(texts.is_some() || !is_made, "the text of {} cannot be told; see `Macros`", item.ident);
        self.found.extend(texts.map(|texts| (item.ident.to_string(), texts)));
    }

    /// `sqlx::query("SELECT …")`
    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        self.found.push((format!("{:?}", text.value()), [text.value(), text.value()]));
    }

    /// `read_all!(db, Row, "SELECT …", …)`
    fn visit_macro_mut(&mut self, call: &mut Macro) {
        let name = call.path.get_ident().map(ToString::to_string).unwrap_or_default();
        if name == "concat" || self.macros.0.contains_key(&name) && !RUN.iter().any(|run| name.starts_with(run)) {
            return;
        }
        for literal in call.tokens.clone().into_iter().filter_map(|token| syn::parse2::<Lit>(token.into()).ok()) {
            if let Lit::Str(text) = literal {
                self.found.push((format!("{name}!"), [text.value(), text.value()]));
            }
        }
    }
}
