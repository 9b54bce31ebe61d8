{{ config(materialized='table') }}
-- F17: the measures and breakdowns of kilder.csv are there, those of one profile at least, and
-- no measure that kilder.csv does not know.

with serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

kilder as (
    select * from {{ ref('kilder') }}
),

profiler as (
    select navne.profil
    from (values ('fuld'), ('lille')) as navne (profil)
),

tabeller as (
    select distinct
        scenarie,
        kilde,
        tabel_id
    from serier
),

ventede as (
    select distinct
        tabeller.scenarie,
        tabeller.kilde,
        tabeller.tabel_id,
        profiler.profil,
        kilder.maaling,
        coalesce(kilder.fordeling, '') as fordeling
    from tabeller
    cross join profiler
    inner join kilder
        on
            tabeller.kilde = kilder.kilde
            and tabeller.tabel_id = kilder.tabel_id
            and kilder.profil in ('begge', profiler.profil)
),

sete as (
    select distinct
        scenarie,
        kilde,
        tabel_id,
        maaling,
        fordeling
    from serier
),

proevede as (
    select
        ventede.*,
        sete.maaling is null as mangler
    from ventede
    left join sete
        on
            ventede.scenarie = sete.scenarie
            and ventede.kilde = sete.kilde
            and ventede.tabel_id = sete.tabel_id
            and ventede.maaling = sete.maaling
            and ventede.fordeling = sete.fordeling
),

-- The profile that fits best is the one that was asked for.
bedste as (
    select
        scenarie,
        kilde,
        tabel_id,
        profil
    from proevede
    group by scenarie, kilde, tabel_id, profil
    qualify row_number() over (
        partition by scenarie, kilde, tabel_id
        order by count(*) filter (where mangler), count(*) desc, profil
    ) = 1
),

samlet as (
    select
        proevede.scenarie,
        proevede.kilde,
        proevede.tabel_id,
        cast(null as integer) as serie_id,
        proevede.mangler as er_fund,
        concat(
            'Målingen "', proevede.maaling, '"',
            case
                when proevede.fordeling = '' then ''
                else concat(' fordelt på ', proevede.fordeling)
            end,
            ' er slet ikke i svaret.'
        ) as besked
    from proevede
    inner join bedste
        on
            proevede.scenarie = bedste.scenarie
            and proevede.kilde = bedste.kilde
            and proevede.tabel_id = bedste.tabel_id
            and proevede.profil = bedste.profil
    union all
    select
        scenarie,
        kilde,
        tabel_id,
        serie_id,
        true as er_fund,
        concat('Målingen ', maaling_id, ' står ikke i kilder.csv.') as besked
    from serier
    where maaling is null
),

final as (
    select
        scenarie,
        kilde,
        tabel_id,
        serie_id,
        cast(null as integer) as periode_nr,
        cast(null as integer) as omraade_nr,
        'F17.maalinger' as regel_id,
        er_fund,
        count(*) as testet,
        0 as uden_styrke,
        cast(null as double) as vaerdi,
        cast(null as double) as forventet,
        case when er_fund then 1.0 else 0.0 end as score,
        0.0 as graense,
        case when er_fund then besked end as besked
    from samlet
    group by all
)

select * from final
