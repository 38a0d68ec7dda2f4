//! Guests that must fail. Each case says what stopped it, and a well-behaved guest works beside it in the same sandbox
//! all the while: stopping one is worth nothing if the others notice.

mod admission;
mod answers;
mod artifacts;
mod cached;
mod compiling;
mod compute;
mod files;
mod forge;
mod heavy;
mod host;
mod imports;
mod media;
mod neighbour;
mod pages;
mod requests;
mod row;
mod shop;
mod stage;
mod wire;

use std::sync::{LazyLock, Mutex, PoisonError};

use row::Row;

/// Groups run one after the other: some measure this process's memory.
static TURN: Mutex<()> = Mutex::new(());

macro_rules! groups {
    ($($group:ident),+ $(,)?) => {
        mod run {
            $(#[expect(non_upper_case_globals, reason = "named like the group it holds")]
            pub(crate) static $group: super::LazyLock<Vec<super::Row>> =
                super::LazyLock::new(|| super::in_turn(super::$group::all));)+
        }

        $(#[test]
        fn $group() {
            row::assert_held(&run::$group);
        })+

        /// The table people read; `--nocapture` shows it.
        #[test]
        fn every_case_and_what_stopped_it() {
            let groups: Vec<(&str, &[Row])> = vec![$((stringify!($group), run::$group.as_slice())),+];
            row::print(&groups);
            for (_, rows) in &groups {
                row::assert_held(rows);
            }
            let cases = groups.iter().flat_map(|(_, rows)| *rows);
            if let Err(error) = block_on(|| imports::check(cases)) {
                panic!("{error:#}");
            }
        }
    };
}

groups!(compute, answers, requests, files, media, wire, artifacts, compiling, cached, admission, host, pages);

fn in_turn<F: Future<Output = Vec<Row>>>(all: impl FnOnce() -> F + Send) -> Vec<Row> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    block_on(all)
}

/// All cases of a group are one future, and without optimisation that is more than a test's own stack holds.
const STACK: usize = 64 << 20;

fn block_on<F: Future<Output: Send>>(work: impl FnOnce() -> F + Send) -> F::Output {
    let run = || match tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build() {
        Ok(runtime) => runtime.block_on(Box::pin(work())),
        Err(error) => panic!("no runtime to test in: {error}"),
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => panic!("no thread to test in: {error}"),
        }
    })
}
