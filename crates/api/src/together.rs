//! What many ask at the same moment is read once: an event brings every browser of a workspace back with the same questions.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::Uri;
use domain::id::WorkspaceId;
use tokio::time::Instant;

use crate::{problem::Problem, view::ready::Ready};

/// A question, as it was asked: who may ask it of this workspace gets the same answer.
type Question = (WorkspaceId, String);

/// The last answer and when it was begun; none where Postgres was away.
type Last = Option<(Instant, Option<Ready>)>;

type Place = Arc<tokio::sync::Mutex<Last>>;

/// Questions that are being answered. Cloning shares them.
#[derive(Clone, Default)]
pub struct Together(Arc<Mutex<HashMap<Question, Place>>>);

impl Together {
    /// The answer that `make` gives, or that it gave to somebody else who asked the same. Shared is only what was begun after
    /// this one had come, so that nobody is told what was so before he asked.
    ///
    /// # Errors
    ///
    /// What `make` fails with; those who wait for Postgres are told together that it is away.
    pub(crate) async fn ask<F>(
        &self,
        workspace: WorkspaceId,
        uri: &Uri,
        make: impl FnOnce() -> F,
    ) -> Result<Ready, Problem>
    where
        F: Future<Output = Result<Ready, Problem>>,
    {
        let came = Instant::now();
        let seat = self.take(workspace, uri);
        let mut last = seat.place.lock().await;
        if let Some((_, answer)) = last.as_ref().filter(|(began, _)| *began >= came) {
            return answer.clone().ok_or(Problem::Unavailable);
        }
        let began = Instant::now();
        let answer = make().await;
        *last = match &answer {
            Ok(ready) => Some((began, Some(ready.clone()))),
            Err(Problem::Unavailable) => Some((began, None)),
            Err(_) => None,
        };
        answer
    }

    fn take(&self, workspace: WorkspaceId, uri: &Uri) -> Seat<'_> {
        let question = (workspace, uri.to_string());
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(question.clone()).or_default().clone();
        Seat {
            together: self,
            question,
            place,
        }
    }
}

/// Somebody who waits at a place. The last one who leaves it takes it away.
struct Seat<'a> {
    together: &'a Together,
    question: Question,
    place: Place,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let places = &self.together.0;
        let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
        // Ours, and that of the map.
        if Arc::strong_count(&self.place) == 2 {
            places.remove(&self.question);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::{Notify, Semaphore};
    use uuid::Uuid;

    use super::*;

    /// Counts how often it was asked, and answers with that once it is let.
    struct Source {
        asked: AtomicUsize,
        begun: Notify,
        let_go: Semaphore,
    }

    impl Source {
        fn new() -> Self {
            Self {
                asked: AtomicUsize::new(0),
                begun: Notify::new(),
                let_go: Semaphore::new(0),
            }
        }

        async fn answer(&self) -> Result<Ready, Problem> {
            let n = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            self.begun.notify_one();
            self.let_go.acquire().await.expect("open").forget();
            Ready::json(&n)
        }
    }

    fn nth(ready: Result<Ready, Problem>) -> String {
        let ready = ready.expect("an answer");
        String::from_utf8(ready.body().to_vec()).expect("JSON")
    }

    #[tokio::test]
    async fn those_who_come_while_one_is_answered_share_the_next_answer() {
        let (together, source) = (Together::default(), Source::new());
        let (workspace, uri) = (WorkspaceId(Uuid::now_v7()), Uri::from_static("/api/x?a=1"));
        let ask = || async { nth(together.ask(workspace, &uri, || source.answer()).await) };
        let rest = async {
            source.begun.notified().await;
            let late = futures_util::future::join_all((0..9).map(|_| ask()));
            let letting = async {
                source.let_go.add_permits(1);
                source.begun.notified().await;
                source.let_go.add_permits(1);
            };
            let (late, ()) = tokio::join!(late, letting);
            late
        };
        let (first, late) = tokio::join!(ask(), rest);
        assert_eq!(first, "1");
        assert_eq!(late, ["2"; 9], "they came after the first was begun");
        assert!(together.0.lock().expect("whole").is_empty(), "forgets");
    }

    #[tokio::test]
    async fn another_question_or_workspace_is_another_answer_and_so_is_a_later_one() {
        let (together, source) = (Together::default(), Source::new());
        source.let_go.add_permits(9);
        let (here, there) = (WorkspaceId(Uuid::now_v7()), WorkspaceId(Uuid::now_v7()));
        let (a, b) = (
            Uri::from_static("/api/x?a=1"),
            Uri::from_static("/api/x?a=2"),
        );
        for (n, (workspace, uri)) in [(here, &a), (here, &b), (there, &a), (here, &a)]
            .iter()
            .enumerate()
        {
            let answer = together.ask(*workspace, uri, || source.answer()).await;
            assert_eq!(nth(answer), (n + 1).to_string());
        }
    }

    #[tokio::test]
    async fn one_who_gives_up_or_fails_leaves_the_others_an_answer() {
        let (together, source) = (Together::default(), Source::new());
        let (workspace, uri) = (WorkspaceId(Uuid::now_v7()), Uri::from_static("/api/x"));
        let ask = || together.ask(workspace, &uri, || source.answer());
        let gives_up = async {
            tokio::select! {
                _ = ask() => panic!("nothing was let go"),
                () = source.begun.notified() => {}
            }
        };
        gives_up.await;
        source.let_go.add_permits(2);
        assert_eq!(nth(ask().await), "2");
        let fails = together.ask(workspace, &uri, || async { Err(Problem::NotFound) });
        let (failed, after) = tokio::join!(fails, ask());
        assert!(matches!(failed, Err(Problem::NotFound)));
        assert_eq!(nth(after), "3");
    }

    #[tokio::test]
    async fn those_who_wait_for_postgres_are_told_together_that_it_is_away() {
        let (together, asked) = (Together::default(), AtomicUsize::new(0));
        let (workspace, uri) = (WorkspaceId(Uuid::now_v7()), Uri::from_static("/api/x"));
        let away = || async {
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Err(Problem::Unavailable)
        };
        let all = (0..20).map(|_| together.ask(workspace, &uri, away));
        for answer in futures_util::future::join_all(all).await {
            assert!(matches!(answer, Err(Problem::Unavailable)));
        }
        let asked = asked.load(Ordering::SeqCst);
        assert!(asked <= 2, "asked {asked} times");
    }
}
