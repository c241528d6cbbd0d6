//! Every reader against bytes that nobody meant: the bodies of the fuzz targets, fed with what vendors send, torn
//! and mixed. A second each; `BATON_FUZZ_SECONDS=600` takes longer.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::intake::cases;

#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Chance that comes the same way every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(most.max(1)).unwrap()).unwrap()
    }
}

/// Pieces that mean something to one reader or another.
const PIECES: [&[u8]; 34] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b":",
    b",",
    b"&",
    b"=",
    b"%5B",
    b"<",
    b"</",
    b"/>",
    b"<!DOCTYPE a [",
    b"<![CDATA[",
    b"<!--",
    b"&amp;",
    b" xmlns:a=\"b\"",
    b"--x",
    b"--x--",
    b"\r\n",
    b"\n",
    b"Content-Disposition: form-data; name=\"a[b]\"",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"=?utf-8?q?=C3=?=",
    b"t=1800000000,",
    b"v1=",
    b"v1,",
    b"v1a,",
    b"Basic ",
    b"Bearer ",
    b"\xFF\xFE",
    b"email",
];

/// Tears a seed and puts pieces into it.
fn mutated(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        let to = (at + chance.below(40)).min(bytes.len());
        match chance.below(6) {
            0 => drop(bytes.drain(at..to)),
            1 => bytes.truncate(at),
            2 => {
                let piece = PIECES[chance.below(PIECES.len())].repeat(1 + chance.below(4));
                bytes.splice(at..at, piece);
            }
            3 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                bytes.splice(at..to, other[from..].iter().copied().take(200));
            }
            4 => {
                let again = bytes[at..to].repeat(chance.below(60));
                bytes.splice(at..at, again);
            }
            _ => {
                let byte = u8::try_from(chance.below(256)).unwrap();
                bytes.splice(at..to.min(at + 1), [byte]);
            }
        }
    }
    bytes
}

/// The bodies of all cases, and their headers as the targets of proofs read them.
fn seeds() -> Vec<Vec<u8>> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    let mut seeds = vec![Vec::new()];
    for (_, case) in cases(&own) {
        let headers = case.headers();
        let values: Vec<&[u8]> = headers.values().map(http::HeaderValue::as_bytes).collect();
        seeds.push([&values.join(&b'\n'), &b"\n\n"[..], &case.body].concat());
        seeds.push(case.body);
    }
    seeds
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "for how long is the only thing that is chosen here"
)]
fn no_bytes_bring_a_reader_down() {
    let seconds = std::env::var("BATON_FUZZ_SECONDS").ok();
    let seconds = seconds.map_or(1, |text| text.parse().unwrap());
    let seeds = seeds();
    let runs = std::thread::scope(|scope| {
        let run = |(name, target): (&'static str, targets::Target)| {
            let seeds = &seeds;
            scope.spawn(move || {
                let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
                let (start, mut count) = (Instant::now(), 0_u64);
                while start.elapsed() < Duration::from_secs(seconds) {
                    target(&mutated(seeds, &mut chance));
                    count += 1;
                }
                println!("{name}: {count} runs in {seconds} s");
                count
            })
        };
        let runs: Vec<_> = targets::ALL.into_iter().map(run).collect();
        runs.into_iter()
            .map(|run| run.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert!(runs.iter().all(|count| *count > 0), "{runs:?}");
}
