/** What links out of messages ask, by where they lead, and what following one did. */
import type { LinkFollowed } from '@/api/notices';
import { noticeText } from '@/lib/text/notice';

const text = noticeText.link;

interface Question {
  sentence: string;
  detail: string | null;
  button: string;
}

export function questionOf(pathname: string): Question {
  if (pathname.startsWith('/unsubscribe'))
    return { sentence: text.unsubscribeSentence, detail: null, button: text.unsubscribe };
  if (pathname.startsWith('/verify'))
    return { sentence: text.verifySentence, detail: text.verifyDetail, button: text.verify };
  return {
    sentence: text.acknowledgeSentence,
    detail: text.acknowledgeDetail,
    button: text.acknowledge,
  };
}

export function doneSentence(done: LinkFollowed): string {
  if (done.done === 'unsubscribed') return text.unsubscribed;
  if (done.done === 'reports_stopped') return text.reportsStopped;
  if (done.done === 'verified') return text.verified(done.email ?? '');
  return done.changed > 0 ? text.acknowledged(done.services) : text.acknowledgedBefore;
}
