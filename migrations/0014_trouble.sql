-- A third kind of letter: to the owners of a workspace of whose channels one takes no notices and no other can say so.

alter table letters drop constraint letters_kind_check, drop constraint letters_check;
alter table letters
    add constraint letters_kind_check check (kind in ('verification', 'report', 'trouble')),
    -- Trouble: of which workspace, and what is to be read (domain::notice::trouble).
    add constraint letters_check check (case kind
        when 'verification' then address is not null
        when 'report' then workspace_id is not null and week is not null
        else workspace_id is not null and body is not null end);
