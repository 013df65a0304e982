//! Sockets that are known outside, kept over the death of the process behind them.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::child::Child;

/// Binds an address as workerd takes it: with a port, or with `*` for every interface.
pub async fn bind(address: &str) -> std::io::Result<TcpListener> {
    match address.strip_prefix("*:") {
        Some(port) => TcpListener::bind(format!("0.0.0.0:{port}")).await,
        None => TcpListener::bind(address).await,
    }
}

/// Hands the bytes of each connection on to the socket `name` of the process that serves.
pub async fn relay(listener: TcpListener, name: String, serving: watch::Receiver<Option<std::sync::Arc<Child>>>) {
    while let Ok((mut outside, _)) = listener.accept().await {
        let port = serving.borrow().as_ref().and_then(|child| child.port(&name));
        let Some(port) = port else { continue };
        tokio::spawn(async move {
            if let Ok(mut inside) = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await {
                // Either side may go away at any time.
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            }
        });
    }
}
