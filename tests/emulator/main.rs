//! The emulator over HTTP, by surface. One binary, for linking is what takes long.

mod batch;
mod binding;
mod catalog;
mod checkpoints;
mod client;
mod constrained;
mod control;
mod docs;
mod gateway;
mod junk;
mod limits;
mod openai;
mod reranker;
mod rest;
mod sampling;
mod serving;
mod streams;
mod vectorize;
mod vectorize_lag;
