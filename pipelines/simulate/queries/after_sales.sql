-- Lines of each monthly after-sale export: cases asked for or closed since the one before, as they stood then.
with freights as (
  select order_no, cast(sum(freight_fen) as bigint) as freight_fen
  from world.items
  group by order_no
),

told as (
  select
    r.*,
    o.order_id,
    p.name as product_name,
    product_id(r.product_no) as product_id,
    x.export_no,
    r.closed_at < x.exported_at as is_over,
    f.freight_fen as order_freight_fen,
    case when r.reason in ('full', 'unshipped') then f.freight_fen else 0 end as freight_fen,
    case when r.closed_at < x.exported_at and r.reason <> 'refused' then r.closed_at end as paid_back_at,
    case when r.closed_at < x.exported_at then r.closed_at end as over_at
  from world.refunds as r
  inner join world.orders as o on r.order_no = o.order_no and o.platform = 'douyin'
  inner join freights as f on r.order_no = f.order_no
  inner join planted.products as p on r.product_no = p.product_no
  inner join world.exports as x
    on
      x.export_no < 100
      and r.applied_at < x.exported_at
      and r.closed_at >= x.since
      and (r.applied_at >= x.since or r.closed_at < x.exported_at)
)

select
  export_no,
  concat_ws(
    ',',
    spelled_id(refund_id, 'tab'),
    spelled_id(order_id, 'tab'),
    spelled_id(item_id, 'tab'),
    product_name,
    spelled_id(product_id, 'tab'),
    spelled_yuan(order_fen),
    yuan(order_freight_fen),
    '0.00',
    '0.00',
    case reason when 'unshipped' then '未发货' else '已发货' end,
    case reason when 'unshipped' then '未发货仅退款' when 'part' then '已发货仅退款' else '退货退款' end,
    spelled_yuan(refund_fen - freight_fen),
    yuan(freight_fen),
    '0.00',
    '0.00',
    case when not is_over then '待商家处理' when reason = 'refused' then '售后关闭' else '同意退款，退款成功' end,
    spelled_moment(applied_at),
    '原路退回',
    '7天无理由',
    spelled_moment(paid_back_at - interval 1 hour),
    spelled_moment(paid_back_at),
    spelled_moment(paid_back_at),
    spelled_moment(case when reason = 'refused' then over_at end),
    spelled_moment(over_at)
  ) as line
from told
order by export_no, applied_at, refund_id
