-- Lines of each Taobao order report: what was ordered since a while before the report before it, as it stood by then. What
-- went back is off 买家实付金额. Who crosses is named by 旺旺, and their first report line shows the phone, or by the phone
-- on every line where the 旺旺 is masked; of a second account the phone is never shown.
with amounts as (
  select
    i.order_no,
    cast(sum(i.paid_fen) as bigint) as paid_fen,
    cast(sum(i.freight_fen) as bigint) as freight_fen,
    sum(i.quantity) as pieces,
    count(*) as kinds,
    string_agg(p.name, '，' order by i.n) as titles
  from world.items as i
  inner join planted.products as p on i.product_no = p.product_no
  group by i.order_no
),

named as (
  select
    o.*,
    b.phone,
    coalesce(c.shows_nick, true) as shows_nick,
    c.person is not null
    and (not c.shows_nick or row_number() over (partition by o.person order by o.ordered_at, o.order_no) = 1)
      as shows_phone
  from world.orders as o
  inner join world.buyers as b on o.person = b.person
  left join world.crossers as c on o.person = c.person
  where o.shop = 'taobao'
),

told as (
  select
    x.export_no,
    n.*,
    a.*exclude (order_no),
    case when r.closed_at < x.exported_at then r.refund_fen else 0 end as back_fen,
    n.paid_at + interval 1 day <= x.exported_at as is_shipped,
    n.paid_at + interval 8 day <= x.exported_at as is_over
  from named as n
  inner join taobao_exports as x on n.ordered_at >= x.since and n.paid_at < x.exported_at
  inner join amounts as a on n.order_no = a.order_no
  left join world.refunds as r on n.order_no = r.order_no
)

select
  export_no,
  concat_ws(
    ',',
    '"=""' || order_id || '"""',
    case when shows_nick then nick(person) else '林**' end,
    yuan(paid_fen - freight_fen),
    yuan(freight_fen),
    yuan(paid_fen),
    yuan(paid_fen - back_fen),
    yuan(back_fen),
    case
      when back_fen = paid_fen then '交易关闭'
      when is_over then '交易成功'
      when is_shipped then '卖家已发货，等待买家确认'
      else '买家已付款，等待卖家发货'
    end,
    '林**',
    '幸福路****',
    '''' || case when shows_phone then phone else left(phone, 3) || '****' || right(phone, 4) end,
    spelled_moment(ordered_at),
    spelled_moment(paid_at),
    titles,
    kinds,
    pieces
  ) as line
from told
order by export_no, ordered_at, order_no
