//! The server around the site: headers, limits, who may look.

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use rulescope_site::{Options, router};
use tower::ServiceExt;

use crate::support::{Small, small, some_rules};

fn sent(small: &Small, options: Options, request: Request<Body>) -> Response<Body> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let service = router(small.site.clone(), options);
    runtime.expect("a runtime").block_on(service.oneshot(request)).expect("never fails")
}

fn text(response: Response<Body>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let bytes = runtime.block_on(to_bytes(response.into_body(), usize::MAX)).expect("a body");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header("host", "localhost").body(Body::empty()).expect("a request")
}

#[test]
fn an_answer_lets_nothing_else_in() {
    let small = small(&some_rules());
    let response = sent(&small, Options::default(), get("/rules/sigma-one/whoami/"));
    let header = |name: &str| response.headers()[name].to_str().expect("a text");
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert!(!response.headers().contains_key("access-control-allow-origin"));
    assert!(response.status() == StatusCode::OK && response.headers().contains_key("etag"));
}

#[test]
fn a_page_that_is_known_is_not_sent_again() {
    let small = small(&some_rules());
    let first = sent(&small, Options::default(), get("/api/v1/attack/T1033/"));
    let tag = first.headers()["etag"].clone();
    let mut again = get("/api/v1/attack/T1033/");
    again.headers_mut().insert("if-none-match", tag);
    let second = sent(&small, Options::default(), again);
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(second), "");
}

#[test]
fn a_page_is_packed_where_that_is_asked_for() {
    let small = small(&some_rules());
    let mut request = get("/rules/sigma-one/whoami/");
    request.headers_mut().insert("accept-encoding", "br, gzip".parse().expect("a value"));
    let response = sent(&small, Options::default(), request);
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let mut request = get("/rules/sigma-one/whoami/");
    request.headers_mut().insert("accept-encoding", "gzip;q=0".parse().expect("a value"));
    let response = sent(&small, Options::default(), request);
    assert!(!response.headers().contains_key("content-encoding"));
}

#[test]
fn the_theme_is_what_a_cookie_says_and_nothing_else() {
    let small = small(&some_rules());
    for (cookie, shown) in
        [("a=b; theme=dark", true), ("theme=\"><script>", false), ("theme=darker", false)]
    {
        let mut request = get("/");
        request.headers_mut().insert("cookie", cookie.parse().expect("a value"));
        let page = text(sent(&small, Options::default(), request));
        assert_eq!(page.contains("<html lang=\"en\" data-theme=\"dark\">"), shown, "{cookie}");
        assert_eq!(page.contains("data-theme"), shown, "{cookie}");
    }
}

#[test]
fn other_methods_and_large_bodies_are_refused() {
    let small = small(&some_rules());
    let put = Request::put("/").header("host", "localhost").body(Body::empty()).expect("one");
    assert_eq!(sent(&small, Options::default(), put).status(), StatusCode::METHOD_NOT_ALLOWED);
    let post = |kind: &str, body: Vec<u8>| {
        Request::post("/try").header("content-type", kind).body(Body::from(body)).expect("one")
    };
    let form = "application/x-www-form-urlencoded";
    for (request, status) in [
        (post(form, vec![b'a'; 4 << 20]), StatusCode::PAYLOAD_TOO_LARGE),
        (post("application/json", b"{}".to_vec()), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (post("multipart/form-data", b"x".to_vec()), StatusCode::BAD_REQUEST),
        (post("multipart/form-data; boundary=b", vec![b'x'; 20 << 20]), StatusCode::BAD_REQUEST),
        (post(form, b"vendor=sigma&text=title".to_vec()), StatusCode::OK),
    ] {
        assert_eq!(sent(&small, Options::default(), request).status(), status);
    }
    let head = Request::head("/").header("host", "localhost").body(Body::empty()).expect("one");
    let response = sent(&small, Options::default(), head);
    assert_eq!((response.status(), text(response).as_str()), (StatusCode::OK, ""));
}

#[test]
fn an_uploaded_log_is_run() {
    let small = small(&some_rules());
    let body = "--b\r\nContent-Disposition: form-data; name=\"event\"\r\n\r\n\r\n--b\r\n\
        Content-Disposition: form-data; name=\"log\"; filename=\"../../a.jsonl\"\r\n\r\n\
        {\"Image\": \"C:\\\\whoami.exe\"}\r\n--b--\r\n";
    let request = Request::post("/rules/sigma-one/whoami/")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .expect("a request");
    let response = sent(&small, Options::default(), request);
    assert!(!response.headers().contains_key("etag"));
    assert_eq!(response.headers()["cache-control"], "no-store");
    let page = text(response);
    assert!(page.contains("The event matches."), "{page}");
}

#[test]
fn a_name_that_is_not_this_machines_is_refused() {
    let small = small(&some_rules());
    let options = Options { loopback: true, ..Options::default() };
    let mut request = get("/");
    assert_eq!(sent(&small, options.clone(), get("/")).status(), StatusCode::OK);
    request.headers_mut().insert("host", "evil.example".parse().expect("a value"));
    assert_eq!(sent(&small, options, request).status(), StatusCode::FORBIDDEN);
}

#[test]
fn a_token_is_asked_for_once() {
    let small = small(&some_rules());
    let options = Options { token: Some("word".to_owned()), loopback: false };
    assert_eq!(sent(&small, options.clone(), get("/")).status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        sent(&small, options.clone(), get("/?token=ward")).status(),
        StatusCode::UNAUTHORIZED
    );
    let response = sent(&small, options.clone(), get("/search?q=a&token=word"));
    assert_eq!(response.headers()["location"], "/search?q=a");
    let cookie = response.headers()["set-cookie"].clone();
    let mut request = get("/");
    request.headers_mut().insert("cookie", cookie);
    assert_eq!(sent(&small, options.clone(), request).status(), StatusCode::OK);
    let mut request = get("/api/v1/about");
    request.headers_mut().insert("authorization", "Bearer word".parse().expect("a value"));
    assert_eq!(sent(&small, options, request).status(), StatusCode::OK);
}
