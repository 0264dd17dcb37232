-- What the generator's SQL is written with. Pseudo-random numbers first: DuckDB's random() depends on threads and its
-- hash() may change with a version, so numbers come from two rounds of a 32-bit multiply-and-shift mix in plain UBIGINT
-- arithmetic. Each factor is below 2^32, so nothing overflows; one (number, word) always gives the same draw in [0, 1),
-- on any version, in any thread, in any order. Words reach DuckDB as numbers (planted.numbered), seed included.
create or replace temp macro mixed(x) as xor(x, x >> 15) * 2221713035 & 4294967295;
create or replace temp macro draw(number, word) as
  mixed(mixed(
    number::ubigint % 4294967291 * 668265261 + word + getvariable('seed')::ubigint & 4294967295
  )) / 4294967296.0;
create or replace temp macro between_draw(number, word, lowest, highest) as
  (lowest + floor(draw(number, word) * (highest - lowest + 1)))::bigint;

-- when a stay ends: minutes after joining, or early in the morning of a later day; NULL for a stay that never ends
create or replace temp macro left_after(joined_at, stay, first_day_leave, daily_leave) as case
  when joined_at is null or first_day_leave + daily_leave = 0 then null
  when draw(stay, 'leaves at once') < first_day_leave
    then joined_at + to_seconds(between_draw(stay, 'leave second', 180, 540))
  else
    to_days(1 + floor(ln(1 - draw(stay, 'stay')) / ln(1 - daily_leave))::integer) + joined_at::date
    + to_seconds(between_draw(stay, 'leave second', 25200, 32000))
end;

-- ids as the platforms spell them
create or replace temp macro coded(word) as translate(to_base64(unhex(md5(word))), '+/=', 'xY');
create or replace temp macro open_id(person) as '_000' || coded('open/' || person);
create or replace temp macro buyer_id(person, account) as
  '1@#' || to_base64(unhex(md5('buyer/' || person || '/' || account)));
create or replace temp macro wecom_id(person) as 'wm' || coded('wecom/' || person);
create or replace temp macro wecom_group_id(group_no) as 'wrQimuGroup' || lpad(group_no::varchar, 21, '0');
create or replace temp macro mini_id(person) as 'o' || coded('mini/' || person);
create or replace temp macro union_id(person) as 'oU' || coded('union/' || person);
create or replace temp macro nick(person) as 'tb' || (100000001 + (person * 6841 + 31337) % 899999981)::varchar;
create or replace temp macro group_id(group_no) as '@' || to_base64(unhex(md5('group/' || group_no)));
create or replace temp macro room_id(session_no) as (7523000000000000000 + session_no::bigint * 7919000000019)::varchar;
create or replace temp macro product_id(product_no) as (3700000000000000000 + product_no::bigint * 1357913579)::varchar;

-- amounts and times as files spell them
create or replace temp macro yuan(fen) as printf('%d.%02d', fen // 100, fen % 100);
create or replace temp macro epoch_seconds(moment) as epoch_ms(moment) // 1000 - 28800;
create or replace temp macro spelled_moment(moment) as coalesce(strftime(moment, '%Y-%m-%d %H:%M:%S'), '-');
create or replace temp macro spelled_yuan(fen) as case
  when fen >= 100000 then '"' || regexp_replace(yuan(fen), '^(\d+)(\d{3}\.)', '\1,\2') || '"' else yuan(fen)
end;
-- against Excel: a TAB inside quotes, or an apostrophe
create or replace temp macro spelled_id(id, style) as case style
  when 'tab' then '"' || chr(9) || id || '"' when 'apostrophe' then '''' || id else id
end;
