-- The forecast of every series, kommune and month ahead, with its 80 pct. interval.

with serier as (
    select * from {{ ref('int_prognose__serier') }}
),

oprindelser as (
    select * from {{ ref('int_prognose__oprindelser') }}
),

fremskrivning as (
    select * from {{ ref('int_prognose__fremskrivning') }}
),

kommuner as (
    select * from {{ ref('dim_kommune') }}
),

udgivne as (
    select * from oprindelser
    where udgives
),

udgivne_maaneder as (
    select
        *,
        unnest(range(1, horisont_til + 1)) as horisont
    from udgivne
),

med_stoerrelse as (
    select
        *,
        unnest([1, 2, 3]) as stoerrelse
    from udgivne_maaneder
),

-- Known at an origin: errors whose outcome was a figure by then; of those the 12 newest origins.
kendte_fejl as (
    select
        udgivne.serie_id,
        udgivne.oprindelse_nr,
        tidligere.horisont,
        tidligere.stoerrelse,
        tidligere.oprindelse_nr as tidligere_nr,
        abs(sqrt(tidligere.udfald) - sqrt(tidligere.fremskrevet)) as fejl
    from udgivne
    inner join fremskrivning as tidligere
        on
            udgivne.serie_id = tidligere.serie_id
            and tidligere.oprindelse_nr + tidligere.horisont <= udgivne.oprindelse_nr
            and tidligere.oprindelse_nr + tidligere.horisont > udgivne.oprindelse_nr - 12
    where tidligere.udfald is not null
),

maalte as (
    select
        serie_id,
        oprindelse_nr,
        stoerrelse,
        horisont,
        quantile_cont(fejl, 0.8) as bredde
    from kendte_fejl
    group by serie_id, oprindelse_nr, stoerrelse, horisont
    having count(distinct tidligere_nr) >= 3
),

alle_horisonter as (
    select
        frem.serie_id,
        frem.oprindelse_nr,
        frem.stoerrelse,
        frem.horisont,
        maalte.bredde,
        case when maalte.bredde is not null then frem.horisont end as maalt_ved
    from med_stoerrelse as frem
    left join maalte
        on
            frem.serie_id = maalte.serie_id
            and frem.oprindelse_nr = maalte.oprindelse_nr
            and frem.stoerrelse = maalte.stoerrelse
            and frem.horisont = maalte.horisont
),

-- Beyond the longest horizon with known errors the width grows with the root of the horizon.
forlaengede as (
    select
        *,
        arg_max(bredde, maalt_ved) over til_og_med
        * sqrt(horisont / max(maalt_ved) over til_og_med) as bredde_her
    from alle_horisonter
    window til_og_med as (
        partition by serie_id, oprindelse_nr, stoerrelse order by horisont
    )
),

-- No month is surer than one before it.
bredder as (
    select
        serie_id,
        oprindelse_nr,
        stoerrelse,
        horisont,
        max(bredde_her) over (
            partition by serie_id, oprindelse_nr, stoerrelse order by horisont
        ) as bredde
    from forlaengede
),

navne as (
    select
        serie_id,
        any_value(serie_art) as serie_art,
        any_value(serie_navn) as serie_navn,
        any_value(tabel_id) as tabel_id,
        any_value(enhed) as enhed,
        any_value(decimaler) as decimaler
    from serier
    group by serie_id
),

-- What a forecast rests on: the kommune's months and, for the season, all kommuner's.
grundlag as (
    select
        serie_id,
        bool_or(er_syntetisk) as er_syntetisk
    from serier
    group by serie_id
),

raekker as (
    select
        navne.serie_art,
        navne.serie_id,
        navne.serie_navn,
        navne.tabel_id,
        navne.enhed,
        navne.decimaler,
        kommuner.kommune_kode,
        kommuner.kommune_navn,
        frem.oprindelse_nr,
        frem.horisont,
        fremskrivning.fremskrevet,
        bredder.bredde,
        grundlag.er_syntetisk,
        case
            when frem.er_ophoert then 'ophoert'
            when fra.vaerdi is null then 'intet_tal'
            when fremskrivning.fremskrevet is null then 'for_kort_historik'
            when frem.oprindelse_nr + frem.horisont >= fra.naeste_brud_nr then 'databrud'
            when bredder.bredde is null then 'uden_interval'
            else 'prognose'
        end as status
    from udgivne_maaneder as frem
    cross join kommuner
    inner join navne
        on frem.serie_id = navne.serie_id
    inner join grundlag
        on frem.serie_id = grundlag.serie_id
    left join serier as fra
        on
            frem.serie_id = fra.serie_id
            and frem.oprindelse_nr = fra.maaned_nr
            and kommuner.kommune_kode = fra.kommune_kode
    left join fremskrivning
        on
            frem.serie_id = fremskrivning.serie_id
            and frem.oprindelse_nr = fremskrivning.oprindelse_nr
            and kommuner.kommune_kode = fremskrivning.kommune_kode
            and frem.horisont = fremskrivning.horisont
    left join bredder
        on
            frem.serie_id = bredder.serie_id
            and frem.oprindelse_nr = bredder.oprindelse_nr
            and fremskrivning.stoerrelse = bredder.stoerrelse
            and frem.horisont = bredder.horisont
),

-- Half-widths are on the scale of the square root, where errors of large and small are alike.
graenser as (
    select
        *,
        status in ('prognose', 'uden_interval') as har_prognose,
        power(greatest(sqrt(fremskrevet) - bredde, 0), 2) as nedre,
        power(sqrt(fremskrevet) + bredde, 2) as oevre
    from raekker
),

final as (
    select
        serie_art,
        serie_id,
        serie_navn,
        kommune_kode,
        kommune_navn,
        {{ maaned_af_nr('oprindelse_nr') }} as prognose_fra,
        {{ maaned_af_nr('oprindelse_nr + horisont') }} as maaned,
        {{ maaned_som_periode(maaned_af_nr('oprindelse_nr + horisont')) }} as periode,
        cast(horisont as integer) as horisont,
        case when har_prognose then {{ kvotient_halvt_op('fremskrevet', '1', 'decimaler') }} end
            as prognose,
        case when status = 'prognose' then {{ kvotient_halvt_op('nedre', '1', 'decimaler') }} end
            as nedre_80,
        case when status = 'prognose' then {{ kvotient_halvt_op('oevre', '1', 'decimaler') }} end
            as oevre_80,
        enhed,
        status,
        er_syntetisk,
        tabel_id
    from graenser
)

select * from final
order by serie_art, serie_id, kommune_kode, prognose_fra, maaned
