-- The rows that stand by themselves add up to "Ydelsesgrupper i alt" in each month in which all of
-- them are visible: no group is lacking, and none is counted with the one that replaced it. Each
-- is rounded by itself.
with gaeldende as (
    select * from {{ ref('ydelsesoversigt') }}
    where foraelder_nr is null and er_gaeldende and tabel_id is not null
),

i_alt as (
    select * from gaeldende
    where tabel_id = 'ptv_a02' and raekke_nr = 1 and antal_status = 'A'
),

dele as (
    select
        kommune_kode,
        maaned,
        sum(antal_fuldtidspersoner) as antal,
        count(*) as antal_dele,
        bool_and(antal_status = 'A') as er_synlige
    from gaeldende
    where raekke_nr <> 1
    group by kommune_kode, maaned
)

select
    dele.kommune_kode,
    dele.maaned,
    dele.antal as sum_af_raekker,
    i_alt.antal_fuldtidspersoner as i_alt
from dele
inner join i_alt
    on dele.kommune_kode = i_alt.kommune_kode and dele.maaned = i_alt.maaned
where
    dele.er_synlige
    and abs(dele.antal - i_alt.antal_fuldtidspersoner) > (dele.antal_dele + 1) / 2.0
