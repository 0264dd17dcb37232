-- What an export made at `exported_at` says of an item, as it was at that moment. One row per export and item.
select
  x.export_no,
  x.style,
  o.order_no,
  o.order_id,
  o.kind,
  i.item_id,
  i.n,
  i.items,
  i.quantity,
  i.price_fen,
  i.paid_fen,
  i.freight_fen,
  i.discount_fen,
  i.product_no,
  p.name as product_name,
  p.spec,
  product_id(i.product_no) as product_id,
  o.ordered_at,
  o.paid_at,
  o.medium,
  o.entry,
  o.is_ad,
  o.session_no,
  cast(o.ordered_at as date) = cast(x.exported_at as date) as is_pending,
  case when o.is_sent and o.paid_at + interval 1 day <= x.exported_at then o.paid_at + interval 1 day end as shipped_at,
  case when o.is_sent and o.paid_at + interval 8 day <= x.exported_at then o.paid_at + interval 8 day end
    as finished_at,
  case
    when not o.is_sent then '已关闭'
    when o.paid_at + interval 8 day <= x.exported_at then '已完成'
    when o.paid_at + interval 1 day <= x.exported_at then '已发货'
    else '待发货'
  end as status,
  case
    when r.order_no is null or r.applied_at > x.exported_at then '-'
    when r.item_id <> i.item_id and r.reason in ('part', 'refused') then '-'
    when r.closed_at > x.exported_at then '售后处理中'
    when r.reason = 'refused' then '售后关闭'
    else '退款成功'
  end as after_sale,
  case
    when o.kind = 'sample' then '寄样订单'
    when o.kind = 'lottery' then '超级福袋订单'
    when o.is_deposit then '定金预售订单'
    else '普通订单'
  end as order_type,
  case o.order_no % 3 when 0 then '支付宝' when 1 then '微信' else '抖音支付' end as pay_word,
  case o.person % 5 when 0 then '浙江省' when 1 then '广东省' when 2 then '四川省' when 3 then '江苏省' else '河南省' end
    as province,
  $author_id as author_id,
  b.phone_shown,
  coded('phone/' || b.phone) as phone_code,
  case b.phone_shown
    when 'full' then b.phone
    when 'virtual' then '1540' || right(b.phone, 7) || '-' || lpad(cast(o.order_no % 10000 as varchar), 4, '0')
    when 'masked' then left(b.phone, 3) || '****' || right(b.phone, 4)
    else '##' || coded('phone/' || b.phone)
  end as phone_cell
from (
  select *, kind not in ('unpaid', 'cancelled') as is_sent
  from world.orders
  where platform = 'douyin'
) as o
inner join world.exports as x on o.ordered_at >= x.since and o.ordered_at < x.exported_at
inner join world.items as i on o.order_no = i.order_no
inner join planted.products as p on i.product_no = p.product_no
inner join world.buyers as b on o.person = b.person
left join world.refunds as r on o.order_no = r.order_no
