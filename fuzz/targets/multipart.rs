#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| candleflare_fuzz::multipart(input));
