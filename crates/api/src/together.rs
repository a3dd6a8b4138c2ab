//! What many ask at the same moment is read once: an event brings every browser of a workspace back with the same questions.
//!
//! Whoever comes while an answer is being made waits for the next one, so that a question may take twice as long as its answer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::anyhow;
use axum::http::Uri;
use domain::id::WorkspaceId;
use tokio::time::Instant;

use crate::{
    auth::{Member, Viewer},
    problem::Problem,
    view::ready::Ready,
};

/// A question as it was asked, and of which workspace.
type Question = (WorkspaceId, String);

/// Questions that are being answered. Cloning shares them.
#[derive(Clone, Default)]
pub struct Together(Arc<Mutex<HashMap<Question, Entry>>>);

/// One question.
#[derive(Default)]
struct Entry {
    /// How many ask it now.
    asking: usize,
    place: Place,
}

type Place = Arc<tokio::sync::Mutex<Option<Told>>>;

/// What those who asked before were told.
struct Told {
    /// It holds for those who had come by then.
    good_for: Instant,
    what: Result<Ready, Failed>,
}

/// As much of a problem as can be told to several.
#[derive(Clone, Copy)]
enum Failed {
    NotFound,
    Unavailable,
    /// It was logged with the request of whoever met it.
    Otherwise,
}

impl Together {
    /// The answer that `make` gives, or that it gave to somebody else who asked the same. Shared is only what was begun after
    /// this one had come, so that nobody is told what was so before they asked.
    ///
    /// For answers that depend on workspace and address alone: not on the role of who asks, nor on a header.
    ///
    /// # Errors
    ///
    /// What `make` fails with, or that it failed for somebody else in the meantime.
    pub(crate) async fn ask<F>(
        &self,
        member: &Member<Viewer>,
        uri: &Uri,
        make: impl FnOnce() -> F,
    ) -> Result<Ready, Problem>
    where
        F: Future<Output = Result<Ready, Problem>>,
    {
        self.answer((member.workspace(), uri.to_string()), make)
            .await
    }

    async fn answer<F>(
        &self,
        question: Question,
        make: impl FnOnce() -> F,
    ) -> Result<Ready, Problem>
    where
        F: Future<Output = Result<Ready, Problem>>,
    {
        let came = Instant::now();
        let seat = self.take(question);
        let mut last = seat.place.lock().await;
        if let Some(told) = last.as_ref().filter(|told| told.good_for >= came) {
            return told.what.clone().map_err(Problem::from);
        }
        let began = Instant::now();
        let answer = make().await;
        *last = Some(match &answer {
            Ok(ready) => Told {
                good_for: began,
                what: Ok(ready.clone()),
            },
            // What went wrong would go wrong again for all who wait, one after the other.
            Err(problem) => Told {
                good_for: Instant::now(),
                what: Err(problem.into()),
            },
        });
        answer
    }

    fn take(&self, question: Question) -> Seat<'_> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.entry(question.clone()).or_default();
        entry.asking += 1;
        let place = entry.place.clone();
        drop(entries);
        Seat {
            together: self,
            question,
            place,
        }
    }
}

/// Somebody who asks. With the last of them the question is forgotten.
struct Seat<'a> {
    together: &'a Together,
    question: Question,
    place: Place,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let entries = &self.together.0;
        let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get_mut(&self.question) {
            entry.asking -= 1;
            if entry.asking == 0 {
                entries.remove(&self.question);
            }
        }
    }
}

impl From<&Problem> for Failed {
    fn from(problem: &Problem) -> Self {
        match problem {
            Problem::NotFound => Self::NotFound,
            Problem::Unavailable => Self::Unavailable,
            _ => Self::Otherwise,
        }
    }
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NotFound => Self::NotFound,
            Failed::Unavailable => Self::Unavailable,
            Failed::Otherwise => Self::Internal(anyhow!(
                "somebody else who asked the same at the same time met it"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use futures_util::future::join_all;
    use tokio::{
        sync::{Notify, Semaphore},
        time::timeout,
    };
    use tokio_util::task::TaskTracker;
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

        async fn wait(&self) -> usize {
            let n = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            self.begun.notify_one();
            self.let_go.acquire().await.expect("open").forget();
            n
        }

        async fn answer(&self) -> Result<Ready, Problem> {
            Ready::json(&self.wait().await)
        }

        async fn fail(&self, problem: Problem) -> Result<Ready, Problem> {
            self.wait().await;
            Err(problem)
        }
    }

    fn question(uri: &str) -> Question {
        (WorkspaceId(Uuid::nil()), uri.to_owned())
    }

    fn nth(ready: Result<Ready, Problem>) -> String {
        let ready = ready.expect("an answer");
        String::from_utf8(ready.body().to_vec()).expect("JSON")
    }

    fn is_empty(together: &Together) -> bool {
        together.0.lock().expect("whole").is_empty()
    }

    #[tokio::test]
    async fn those_who_come_while_one_is_answered_share_the_next_answer() {
        let (together, source) = (Together::default(), Source::new());
        let ask = || async { nth(together.answer(question("/a"), || source.answer()).await) };
        let rest = async {
            source.begun.notified().await;
            let late = join_all((0..9).map(|_| ask()));
            let letting = async {
                source.let_go.add_permits(1);
                source.begun.notified().await;
                source.let_go.add_permits(1);
            };
            tokio::join!(late, letting).0
        };
        let both = async { tokio::join!(ask(), rest) };
        let (first, late) = timeout(Duration::from_secs(10), both)
            .await
            .expect("the others are asked for anew");
        assert_eq!(first, "1");
        assert_eq!(late, ["2"; 9], "they came after the first was begun");
        assert!(is_empty(&together));
    }

    #[tokio::test]
    async fn another_question_or_workspace_is_another_answer_and_so_is_a_later_one() {
        let (together, source) = (Together::default(), Source::new());
        source.let_go.add_permits(9);
        let elsewhere = (WorkspaceId(Uuid::max()), "/a".to_owned());
        let questions = [question("/a"), question("/b"), elsewhere, question("/a")];
        for (n, question) in questions.into_iter().enumerate() {
            let answer = together.answer(question, || source.answer()).await;
            assert_eq!(nth(answer), (n + 1).to_string());
        }
    }

    #[tokio::test]
    async fn one_who_gives_up_leaves_the_others_an_answer() {
        let (together, source) = (Together::default(), Source::new());
        let ask = || together.answer(question("/a"), || source.answer());
        let gives_up = async {
            tokio::select! {
                _ = ask() => panic!("nothing was let go"),
                () = source.begun.notified() => {}
            }
        };
        gives_up.await;
        source.let_go.add_permits(1);
        assert_eq!(nth(ask().await), "2");
        assert!(is_empty(&together));
    }

    #[tokio::test]
    async fn what_fails_has_failed_for_all_who_wait_by_then() {
        let problems = [
            || Problem::Unavailable,
            || Problem::NotFound,
            || Problem::Internal(anyhow!("a fault")),
        ];
        for problem in problems {
            let (together, source) = (Together::default(), Source::new());
            let ask = || together.answer(question("/a"), || source.fail(problem()));
            let rest = async {
                source.begun.notified().await;
                let late = join_all((0..20).map(|_| ask()));
                tokio::join!(late, async { source.let_go.add_permits(1) }).0
            };
            let (first, late) = tokio::join!(ask(), rest);
            for answer in late.into_iter().chain([first]) {
                let status = answer.expect_err("it failed").status();
                assert_eq!(status, problem().status());
            }
            assert_eq!(source.asked.load(Ordering::SeqCst), 1);
            source.let_go.add_permits(1);
            assert!(ask().await.is_err(), "whoever comes later tries again");
            assert_eq!(source.asked.load(Ordering::SeqCst), 2);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn nothing_is_kept_once_all_have_left() {
        let (together, tasks) = (Together::default(), TaskTracker::new());
        for _ in 0..500 {
            let ask = || {
                let together = together.clone();
                let make = || async { Ready::json(&1) };
                tasks.spawn(async move { together.answer(question("/a"), make).await })
            };
            for answer in join_all((0..8).map(|_| ask())).await {
                assert_eq!(nth(answer.expect("no panic")), "1");
            }
            assert!(is_empty(&together));
        }
    }
}
