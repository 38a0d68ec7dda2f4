//! Using up whatever there is: time, memory, stack, the host's patience.

use std::hint::black_box;

use entrepot_guest::log;

use crate::orders::Orders;

const MIB: usize = 1 << 20;

pub(crate) fn run(orders: &Orders) {
    log::panics();
    match orders.mode() {
        "loop" => spin(),
        "allocate" => allocate(),
        "recurse" => {
            black_box(recurse(1));
        }
        "panic" => panic!("as ordered"),
        "log-flood" => flood(),
        "log-empty" => speak(10_000),
        "host-calls" => speak(100_000),
        _ => {}
    }
}

fn spin() {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

fn allocate() {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(vec![1_u8; MIB]));
    }
}

/// Each frame holds something that cannot be optimised away, and is used after the call, so it is no loop.
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 16]);
    if frame[0] == 0 { 0 } else { recurse(depth + 1).wrapping_add(frame[15]) }
}

/// 1 GiB, in pieces small enough to be taken one by one.
fn flood() {
    let piece = "x".repeat(64 << 10);
    for _ in 0..(1 << 30) / piece.len() {
        log::info(&piece, &[]);
    }
}

/// Lines without a single byte in them.
fn speak(times: usize) {
    for _ in 0..times {
        log::info("", &[]);
    }
}
