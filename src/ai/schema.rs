//! Input schemas and the checker whose texts production answers with 5006.
