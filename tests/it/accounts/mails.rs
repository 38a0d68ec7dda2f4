//! Mails: each is sent once, whatever the server does.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::{ask, person, send_mails, token_in};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, both_engines};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const ANN: &str = "ann@example.com";

/// What a mail server got, and how it behaves.
#[derive(Default)]
struct Server {
    mails: Mutex<Vec<String>>,
    /// Said after the text, in the place of 250; empty: nothing, and it hangs up.
    after: Mutex<Option<&'static str>>,
}

impl Server {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(self.clone().talk(stream));
        }
    }

    async fn talk(self: Arc<Self>, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 test\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let said = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => "250 test\r\n",
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut text = String::new();
                    while let Some(line) = lines.next_line().await? {
                        if line == "." {
                            break;
                        }
                        text.push_str(&line);
                        text.push('\n');
                    }
                    self.mails.lock().expect("mails").push(text);
                    match *self.after.lock().expect("a behaviour") {
                        Some("") => return Ok(()),
                        Some(said) => said,
                        None => "250 taken\r\n",
                    }
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => "250 ok\r\n",
            };
            write.write_all(said.as_bytes()).await?;
        }
        Ok(())
    }

    fn count(&self) -> usize {
        self.mails.lock().expect("mails").len()
    }
}

async fn ask_for_reset(web: &Web) {
    let answer = ask(web, None, "POST", "/api/v1/auth/reset", json!({"email": ANN})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

/// A host whose mails go to a server on that port, which may be away.
async fn sending(app: App, port: u16) -> (App, Web) {
    let app = app.with(&[("ENTREPOT_MAIL_SMTP_URL", &format!("smtp://127.0.0.1:{port}"))]).await;
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    (app, web)
}

#[both_engines]
async fn mails_wait_for_a_server_that_is_away_and_none_comes_twice(app: App) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let (app, web) = sending(app, port).await;
    ask_for_reset(&web).await;
    ask_for_reset(&web).await;
    let mut tries = 0;
    for _ in 0..60 {
        assert_eq!(send_mails(&app).await, 0);
        tries += 1;
        app.clock().advance(60_000);
    }
    let counts = app.host.app.accounts.mail_counts().await.expect("counted");
    assert_eq!((counts.waiting, counts.in_doubt, counts.failed), (2, 0, 0), "after {tries} turns");
    let server = Arc::new(Server::default());
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port again");
    let task = tokio::spawn(server.clone().serve(listener));
    app.clock().advance(16 * 60_000);
    let other = app.reopen().await;
    let (one, two) = tokio::join!(app.host.app.accounts.send_mails(), other.app.accounts.send_mails());
    assert_eq!(one.expect("sent") + two.expect("sent"), 2, "of two hosts one sends each");
    app.clock().advance(3_600_000);
    assert_eq!((send_mails(&app).await, server.count()), (0, 2));
    // The link was made when it was sent: it counts for an hour from then on.
    let text = server.mails.lock().expect("mails")[0].replace("=\n", "").replace("=3D", "=");
    assert!(token_in(&text, "reset").is_some(), "{text}");
    let data = entrepot_tests::tampering::text(&app, "SELECT CAST(data AS TEXT) FROM mails LIMIT 1").await;
    assert_eq!(data, "{}", "no secret is in the outbox");
    task.abort();
}

#[both_engines]
async fn what_the_server_says_decides(app: App) {
    let server = Arc::new(Server::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let task = tokio::spawn(server.clone().serve(listener));
    let (app, web) = sending(app, port).await;
    // "Later" is tried again, "no" is given up, and silence is in doubt: it may have been taken.
    for (said, (waiting, failed, in_doubt)) in
        [("451 later\r\n", (1, 0, 0)), ("550 no\r\n", (0, 1, 0)), ("", (0, 1, 1))]
    {
        *server.after.lock().expect("a behaviour") = Some(said);
        if said != "550 no\r\n" {
            ask_for_reset(&web).await;
        }
        assert_eq!(send_mails(&app).await, 0, "{said}");
        let counts = app.host.app.accounts.mail_counts().await.expect("counted");
        assert_eq!((counts.waiting, counts.failed, counts.in_doubt), (waiting, failed, in_doubt), "{said:?}");
        app.clock().advance(3_600_000);
    }
    *server.after.lock().expect("a behaviour") = None;
    let before = server.count();
    assert_eq!((send_mails(&app).await, server.count()), (0, before), "what is in doubt is not sent again");
    // A host that was killed while it sent.
    ask_for_reset(&web).await;
    entrepot_tests::tampering::execute(&app, "UPDATE mails SET state = 'sending' WHERE state = 'waiting'").await;
    app.clock().advance(3_600_000);
    assert_eq!((send_mails(&app).await, server.count()), (0, before));
    assert_eq!(app.host.app.accounts.mail_counts().await.expect("counted").in_doubt, 2);
    task.abort();
}
