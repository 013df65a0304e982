//! The emulator over HTTP, by surface. One binary, for linking is what takes long.

mod binding;
mod catalog;
mod checkpoints;
mod client;
mod control;
mod docs;
mod junk;
mod limits;
mod openai;
mod reranker;
mod rest;
mod streams;
mod vectorize;
mod vectorize_lag;
