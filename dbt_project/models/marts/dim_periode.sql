with daekning as (
    select distinct periode from {{ ref('int_daekning') }}
),

plan_maaneder as (
    select distinct periode from {{ ref('int_resultatmaal_maaneder') }}
),

perioder as (
    select periode from daekning
    union
    select periode from plan_maaneder
),

med_start as (
    select
        periode,
        {{ periode_start('periode') }} as periode_fra,
        {{ periode_sidste_maaned('periode') }} as sidste_maaned
    from perioder
),

final as (
    select
        periode,
        case
            when periode like '____M__' then 'maaned'
            when periode like '____QMAT__' then 'rullende_12'
            else 'kvartal'
        end as periode_art,
        -- A moving annual total belongs to the quarter that it ends with.
        cast(year(sidste_maaned) as integer) as aar,
        cast(quarter(sidste_maaned) as integer) as kvartal,
        cast(case when periode like '____M__' then month(periode_fra) end as integer) as maaned_nr,
        periode_fra,
        last_day(sidste_maaned) as periode_til,
        case
            when periode like '____M__' then {{ maaned_navn('periode_fra') }}
            when periode like '____QMAT__'
                then '12 måneder til ' || {{ maaned_navn('sidste_maaned') }}
            else quarter(periode_fra) || '. kvartal ' || year(periode_fra)
        end as periode_navn
    from med_start
)

select * from final
order by periode_fra, periode
