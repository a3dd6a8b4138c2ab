/** Short facts in a row with dots between them; a dot never begins or ends a line. */
import { Children, type ReactNode } from 'react';
import { cx } from './classes';

export function DotList({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cx('overflow-hidden', className)}>
      <ul className="-ml-4 flex flex-wrap">
        {Children.map(children, (child) =>
          child === null || child === undefined || child === false ? null : (
            <li className="relative min-w-0 pl-4 before:absolute before:left-1.5 before:text-faint before:content-['·']">
              {child}
            </li>
          ),
        )}
      </ul>
    </div>
  );
}
